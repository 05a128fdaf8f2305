/** The names in the results of --json are a promise to programs: every one of them, command by command. */
import { mkdirSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { packModel } from "../cpm/pack.js";
import { decodeModel } from "../model/npz.js";
import { type TestFolder, testFolder } from "./testing/folder.js";
import { runZulm } from "./testing/run.js";
import { SMALL_CORPUS, smallModel } from "./testing/small.js";

let model: Uint8Array;
let program: Uint8Array;
beforeAll(async () => {
	model = await smallModel();
	program = packModel(decodeModel(model)).image;
});

const ACCURACY = ["char", "reply.overall", "reply.macro"];
const DISTRIBUTION = ["n", "mean", "p5", "p50", "p95", "max"];
const MODEL = ["path", "nonzeroWeights"];
const TRAINED = [
	...["path", "pairs", "examples", "epochs", "seconds", "seed", "train.char", "train.reply", "nonzeroWeights"],
	...below("holdout", ACCURACY),
	...below("curve.0", ["step", "seconds", "loss", "nonzeroWeights", "holdout.overall", "holdout.macro", "train"]),
	...["refit", "teacher", "keptStep", "tradeOff"],
];
const TRADE_OFF = [
	"tradeOff.budget",
	...below("tradeOff.points.0", ["hidden", "pressure", "tStatesPerChar", "nonzeroWeights", "seconds", "chosen"]),
	...below("tradeOff.points.0", ["holdout.overall", "holdout.macro", "train.char", "train.reply"]),
];
const PROGRAM = ["path", "bytes", "kernel", "nonzeroWeights", "crc16", "sha256"];
const TARGET = ["link", "profile", "machine", "emulator", "clockHz"];
const TRANSFER = [
	...["protocol", "blockSize", "bytes", "seconds", "bytesPerSecond", "retries", "skipped", "bootstrapped"],
];
const VERIFY = ["ok", "expectedCrc16", "deviceCrc16"];
const CHAT = ["query", "reply", "expected", "ok"];
const TIMING = [
	...["firstChar", "perChar", "reply", "tStates.firstChar", "tStates.perChar"].flatMap((of) => below(of, DISTRIBUTION)),
	"effectiveClockHz",
];
const PUSHED = [...below("target", TARGET), ...below("transfer", TRANSFER), ...below("verify", VERIFY)];
const DEPLOYED = [
	...[...below("program", PROGRAM), ...PUSHED, ...below("chat.0", CHAT), ...below("timing", TIMING)],
	"reportPath",
];

function below(name: string, names: readonly string[]): string[] {
	return names.map((inner) => `${name}.${inner}`);
}

/** Files of a test, and the command line with their names in place of M, C, P, S (model, corpus, program, script). */
function commandLine(folder: TestFolder, line: string): string[] {
	const drive = folder.at("drive");
	mkdirSync(drive);
	const files: Record<string, string> = {
		M: folder.write("m.npz", model),
		C: folder.write("c.txt", SMALL_CORPUS),
		P: folder.write("CHAT.COM", program),
		S: folder.write("s.txt", "hello\nthanks\n"),
		OLD: folder.write("drive/CHAT.COM", program),
		NEW: folder.at("new.npz"),
		COM: folder.at("new.com"),
		HTML: folder.at("new.html"),
		EMULATOR: "emulator",
		DRIVE: drive,
	};
	return line.split(" ").map((word) => files[word] ?? word);
}

it.each<[string, readonly string[]]>([
	["deploy M --port EMULATOR --drive DRIVE --script S --report HTML", [...below("model", MODEL), ...DEPLOYED]],
	["deploy C --port EMULATOR --drive DRIVE --script S --report HTML --holdout 0.5", below("model", TRAINED)],
	["train C -o NEW --hidden 8 --holdout 0.5", TRAINED],
	["train C -o NEW --hidden 8 --holdout 0.5 --epochs 2 --budget 300000", TRADE_OFF],
	["eval M C", ["pairs", ...ACCURACY, "macsPerChar"]],
	["pack M -o COM", PROGRAM],
	["run P who are you", ["tStates", "output"]],
	["push P --port EMULATOR --drive DRIVE", PUSHED],
	["chat --port EMULATOR --drive DRIVE --script S", below("chat.0", CHAT)],
	["bench M --port EMULATOR --drive DRIVE --script S", [...below("timing", TIMING), ...below("program", PROGRAM)]],
	["bench P --port EMULATOR --drive DRIVE --script S", [...below("timing", TIMING), ...below("program", PROGRAM)]],
	["verify P --port EMULATOR --drive DRIVE", VERIFY],
	["ports", ["ports"]],
])("%s", async (line, names) => {
	const ran = await runZulm([...commandLine(testFolder(), line), "--json"]);
	expect(ran.exitCode, ran.stderr).toBe(0);
	const result = ran.json();
	for (const name of names) expect(result).toHaveProperty(name);
});
