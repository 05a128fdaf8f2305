/**
 * Measures what a transfer costs: the protocol's own limit, our sender on a simulated line of that rate and turnaround
 * (virtual time), and lrzsz's sx into rx through a relay that holds bytes up as such a line would (real time, so a
 * loaded machine shows). Then both senders into the same rx over a pseudo-terminal, as fast as it goes.
 *
 *   npm run bench:transfer -- [--bytes 32768] [--baud 9600,115200] [--without-lrzsz]
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
		"without-lrzsz": { type: "boolean", default: false },
	},
});
const length = Number(values.bytes);
const bauds = values.baud.split(",").map(Number);
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

/** Long enough that rx's second of listening behind the EOT does not decide. */
const PTY_BYTES = 512 * 1024;
const PTY_RUNS = 3;

/** Bytes a second of sx and of zulm into the same rx, over a pseudo-terminal that takes no time: the best of some runs. */
async function overPty() {
	writeFileSync(join(folder, "long"), new Uint8Array(PTY_BYTES).fill(0x55));
	const runs = [];
	for (let run = 0; run < PTY_RUNS; run++) runs.push(await oncePty());
	return { theirs: Math.max(...runs.map(({ theirs }) => theirs)), ours: Math.max(...runs.map(({ ours }) => ours)) };
}

async function oncePty() {
	const pty = "pty,raw,echo=0";
	const both = spawnSync("socat", [`EXEC:${sx} -k long,${pty}`, `EXEC:${rx} -c got,${pty}`], { cwd: folder });
	const theirs = /BPS:\s*(\d+)/.exec(both.stderr.toString());
	const path = join(folder, "line");
	rmSync(path, { force: true });
	// cat keeps the pty open when rx ends, so that its last ACK is not lost with it.
	writeFileSync(join(folder, "peer.sh"), `${rx} -c got\ncat > rest\n`);
	const peer = spawn("socat", [`PTY,link=${path},raw,echo=0,wait-slave`, `EXEC:sh peer.sh,${pty}`], {
		cwd: folder,
		stdio: "ignore",
	});
	while (!existsSync(path)) await realClock.sleep(0.02);
	const link = await openSerial(path, { baud: 115_200 });
	const ours = await sendXmodem(link, new Uint8Array(PTY_BYTES).fill(0x55), { blockSize: 1024 });
	await link.close();
	peer.kill();
	return { theirs: theirs === null ? 0 : Number(theirs[1]), ours: ours.bytesPerSecond };
}

const seconds = (value) => (value === undefined ? "-" : value.toFixed(2)).padStart(8);
const percent = (value, limit) =>
	(value === undefined ? "-" : `+${(100 * (value / limit - 1)).toFixed(1)}%`).padStart(8);

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
	const { theirs, ours } = await overPty();
	console.log(
		`Over the same pseudo-terminal into rx -c, 1K blocks: zulm ${ours.toFixed(0)} bytes/s, sx ${theirs} bytes/s.`,
	);
}
rmSync(folder, { recursive: true, force: true });
process.exit(worst < 0.02 ? 0 : 1);
