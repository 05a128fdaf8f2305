/**
 * The programs that an emulated machine can have on its drive A: besides real ones. Ours, behaving like those they are
 * named after as far as captured sessions and their manuals show it.
 */
import type { Native, Next } from "../native.js";
import { ddt } from "./ddt.js";
import { download } from "./download.js";
import { load } from "./load.js";
import { pcget } from "./pcget.js";
import { pip } from "./pip.js";
import { stat } from "./stat.js";
import { toolName, toolStub } from "./stub.js";
import type { Tool, ToolSystem } from "./tool-system.js";
import { xm } from "./xm.js";
import { xmodem27 } from "./xmodem27.js";

const TOOLS = {
	PIP: pip,
	LOAD: load,
	DDT: ddt,
	DOWNLOAD: download,
	XM: xm,
	XMODEM: xmodem27,
	PCGET: pcget,
	STAT: stat,
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** The files that stand for tools, by 8.3 name. */
export function toolFiles(names: readonly ToolName[]): Map<string, Uint8Array> {
	return new Map(names.map((name) => [`${name}.COM`, toolStub(name)]));
}

/** Runs the tool whose name a stub has put where BC points. A name that is none: a warm boot. */
export function* runTool(system: ToolSystem): Native<Next> {
	const name = toolName(system.memory, system.cpu.regs.bc);
	const tool = (TOOLS as Record<string, Tool | undefined>)[name];
	if (tool === undefined) return system.warmBoot();
	return yield* system.bdos.guard(tool(system));
}
