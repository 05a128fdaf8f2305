/**
 * Measures what a transfer costs: the protocol's own limit, our sender on a simulated line of that rate and turnaround
 * (virtual time), and lrzsz's sx into rx through a relay that holds bytes up as such a line would (real time, so a
 * loaded machine shows). Then both senders into the same rx over a pair of pseudo-terminals, as fast as it goes.
 *
 *   npm run bench:transfer -- [--bytes 32768] [--baud 9600,115200] [--runs 15] [--without-lrzsz]
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { realClock } from "../dist/transport/clock.js";
import { openSerial } from "../dist/transport/serial-link.js";
import { protocolLimitS } from "../dist/transport/simulation/protocol-limit.js";
import { simulatedTransferS } from "../dist/transport/simulation/transfer-speed.js";
import { sendXmodem } from "../dist/transport/xmodem/send-xmodem.js";

const { values } = parseArgs({
	options: {
		"bytes": { type: "string", default: "32768" },
		"baud": { type: "string", default: "9600,115200" },
		"runs": { type: "string", default: "15" },
		"without-lrzsz": { type: "boolean", default: false },
	},
});
const length = Number(values.bytes);
const bauds = values.baud === "" ? [] : values.baud.split(",").map(Number);
const ptyRuns = Number(values.runs);
const TURNAROUNDS_S = [0, 0.001, 0.016];
const SOH = 1;
const STX = 2;
const EOT = 4;
const ACK = 6;

const isThere = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const [sx, rx] = [
	["sx", "lsx"],
	["rx", "lrx"],
].map((names) => names.find(isThere));
const hasLrzsz = !values["without-lrzsz"] && sx !== undefined && rx !== undefined;
if (!hasLrzsz) process.stderr.write("bench: without lrzsz\n");

const folder = mkdtempSync(join(tmpdir(), "zulm-bench-"));
writeFileSync(join(folder, "file"), new Uint8Array(length).fill(0x55));

/** Delivers each chunk when its last bit would have arrived, `delayS` later. */
function paced(baud, delayS, deliver) {
	let freeS = 0;
	let order = Promise.resolve();
	return (chunk) => {
		freeS = Math.max(freeS, realClock.now()) + (chunk.length * 10) / baud;
		const atS = freeS + delayS;
		order = order.then(async () => {
			if (atS > realClock.now()) await realClock.sleep(atS - realClock.now());
			deliver(chunk);
		});
	};
}

/** Seconds from the first block that sx sends to the ACK of its EOT. */
async function lrzszS(blockSize, baud, turnaroundS) {
	const sender = spawn(sx, blockSize === 1024 ? ["-k", "file"] : ["file"], { cwd: folder });
	const receiver = spawn(rx, ["-c", "got"], { cwd: folder });
	let startS;
	let eot = false;
	let endS;
	const forward = paced(baud, 0, (chunk) => receiver.stdin.write(chunk));
	const back = paced(baud, turnaroundS, (chunk) => {
		if (eot && chunk.includes(ACK)) endS ??= realClock.now();
		sender.stdin.write(chunk);
	});
	sender.stdout.on("data", (chunk) => {
		if (startS === undefined && (chunk[0] === SOH || chunk[0] === STX)) startS = realClock.now();
		if (chunk.length === 1 && chunk[0] === EOT) eot = true;
		forward(chunk);
	});
	receiver.stdout.on("data", back);
	for (const stream of [sender.stdin, receiver.stdin]) stream.on("error", () => {});
	await Promise.all([sender, receiver].map((child) => new Promise((resolve) => child.once("exit", resolve))));
	return startS !== undefined && endS !== undefined ? endS - startS : undefined;
}

/** As much as a CP/M machine takes, and far more: the difference is the data phase alone, whatever start and end cost. */
const PTY_BYTES = [64 * 1024, 576 * 1024];
const SENDERS = ["sx", "zulm"];

/**
 * Seconds of sx and of zulm into the same rx over a pair of pseudo-terminals that take no time, in turns. The clock is
 * rx's own (the bytes per second it prints): from its first start byte to its ACK of the EOT.
 */
async function overPty(blockSize) {
	const took = new Map();
	for (let run = 0; run < ptyRuns; run++) {
		for (const bytes of PTY_BYTES) {
			for (const sender of run % 2 === 0 ? SENDERS : [...SENDERS].reverse()) {
				const key = `${sender} ${bytes}`;
				took.set(key, [...(took.get(key) ?? []), await oncePty(sender, bytes, blockSize)]);
			}
		}
	}
	const [short, long] = PTY_BYTES;
	return SENDERS.map((sender) => {
		const total = median(took.get(`${sender} ${short}`));
		const perBlock = (median(took.get(`${sender} ${long}`)) - total) / ((long - short) / blockSize);
		return { total, perBlock };
	});
}

async function oncePty(sender, bytes, blockSize) {
	const path = join(folder, "line");
	const report = join(folder, "report");
	for (const old of [path, report]) rmSync(old, { force: true });
	// Pipes, because rx flushes a terminal of its own as it ends, its last ACK with it; and the line outlives rx.
	writeFileSync(join(folder, "peer.sh"), `${rx} -c got 2> report.new\nmv report.new report\ncat > rest\n`);
	const relay = spawn("socat", [`PTY,link=${path},raw,echo=0,wait-slave`, "EXEC:sh peer.sh,pipes"], {
		cwd: folder,
		stdio: "ignore",
	});
	await appears(path);
	if (sender === "sx") {
		writeFileSync(join(folder, "long"), new Uint8Array(bytes).fill(0x55));
		const line = openSync(path, "r+");
		const args = blockSize === 1024 ? ["-k", "long"] : ["long"];
		await ended(spawn(sx, args, { cwd: folder, stdio: [line, line, "ignore"] }));
		closeSync(line);
	} else {
		const link = await openSerial(path, { baud: 115_200 });
		await sendXmodem(link, new Uint8Array(bytes).fill(0x55), { blockSize, textOnLine: false });
		await link.close();
	}
	await appears(report);
	relay.kill();
	await ended(relay);
	const got = statSync(join(folder, "got")).size;
	const rate = /BPS:\s*(\d+)/.exec(readFileSync(report, "latin1"));
	if (got !== bytes || rate === null) throw new Error(`${sender} did not send the file: rx has ${got} bytes`);
	return bytes / Number(rate[1]);
}

async function appears(path) {
	while (!existsSync(path)) await realClock.sleep(0.01);
}

function ended(child) {
	return new Promise((resolve) => child.once("exit", resolve));
}

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1];
}

const seconds = (value) => (value === undefined ? "-" : value.toFixed(2)).padStart(8);
const signedPercent = (share) =>
	`${share < -0.0005 ? "" : "+"}${Math.abs(share) < 0.0005 ? "0.0" : (100 * share).toFixed(1)}%`.padStart(8);
const percent = (value, limit) => (value === undefined ? "-".padStart(8) : signedPercent(value / limit - 1));

console.log(`${length} bytes with CRC, seconds from the first block to the acknowledged end\n`);
console.log(" baud    turnaround  block     limit     zulm             lrzsz");
let worst = 0;
for (const baud of bauds) {
	for (const turnaroundS of TURNAROUNDS_S) {
		for (const blockSize of [128, 1024]) {
			const limit = protocolLimitS(length, blockSize, baud, turnaroundS);
			const zulm = await simulatedTransferS(length, blockSize, baud, turnaroundS);
			worst = Math.max(worst, zulm / limit - 1);
			const lrzsz = hasLrzsz ? await lrzszS(blockSize, baud, turnaroundS) : undefined;
			console.log(
				`${String(baud).padStart(6)}  ${`${turnaroundS * 1000} ms`.padStart(10)}  ${String(blockSize).padStart(5)}  ` +
					`${seconds(limit)} ${seconds(zulm)} ${percent(zulm, limit)} ${seconds(lrzsz)} ${percent(lrzsz, limit)}`,
			);
		}
	}
}
console.log(`\nzulm is at most ${(100 * worst).toFixed(2)}% above the protocol's limit.`);
if (hasLrzsz && isThere("socat")) {
	console.log(
		`\nThe same rx -c over the same pair of pseudo-terminals (socat), sx and zulm in turns, medians of ${ptyRuns} runs.\n` +
			`Total: seconds for ${PTY_BYTES[0]} bytes by rx's clock, from its start byte to its ACK of the EOT, with the second it listens behind it.\n` +
			"Data phase: microseconds for each further block, start and end not counted.\n",
	);
	console.log(" block   total:  sx    zulm             data phase:  sx    zulm");
	for (const blockSize of [128, 1024]) {
		const [theirs, ours] = await overPty(blockSize);
		const us = ({ perBlock }) => (perBlock * 1e6).toFixed(0).padStart(7);
		console.log(
			`${String(blockSize).padStart(6)} ${theirs.total.toFixed(3).padStart(11)} ${ours.total.toFixed(3).padStart(7)} ` +
				`${signedPercent(ours.total / theirs.total - 1)}         ${us(theirs)} ${us(ours)}`,
		);
	}
}
rmSync(folder, { recursive: true, force: true });
process.exit(worst < 0.02 ? 0 : 1);
