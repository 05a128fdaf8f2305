/**
 * What zulm itself stands on: the version of Node and the packages with native parts.
 *
 *   Node ≥ 20.17 │ serialport (native: fails to load after a change of Node or system) │ @lydell/node-pty (optional)
 */
import { advice, type Finding, fault, well } from "../../base/finding.js";

/** package.json: engines.node. */
const OLDEST_NODE = [20, 17] as const;

export type Load = (name: string) => Promise<unknown>;

const PTY_PACKAGE = "@lydell/node-pty";
const REINSTALL = "Run npm install again on this computer, with this Node.";

/** @param version as `process.versions.node` */
export function checkNode(version: string = process.versions.node): Finding {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [oldestMajor, oldestMinor] = OLDEST_NODE;
	if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return well("node", `Node ${version}`);
	return fault(
		"node",
		`Node ${version} is too old`,
		`Install Node ${OLDEST_NODE.join(".")} or newer from https://nodejs.org.`,
	);
}

/** @param load imports a package by its name; rejects when it is missing or its native part does not load */
export async function checkPackages(load: Load = (name) => import(name)): Promise<Finding[]> {
	const serialport = await failureOf(load, "serialport");
	const pty = await failureOf(load, PTY_PACKAGE);
	return [
		serialport === undefined
			? well("serialport", "the serialport package and its native part load")
			: fault("serialport", `the serialport package does not load: ${serialport}`, REINSTALL),
		pty === undefined
			? well("node-pty", `the optional package ${PTY_PACKAGE} loads`)
			: advice(
					"node-pty",
					`the optional package ${PTY_PACKAGE} does not load: ${pty}`,
					"Use zulm emulate --tcp PORT instead of --pty, or run npm install again.",
				),
	];
}

/** The first line of why it does not load; undefined when it does. */
async function failureOf(load: Load, name: string): Promise<string | undefined> {
	try {
		await load(name);
		return undefined;
	} catch (error) {
		return (error instanceof Error ? error.message : String(error)).split("\n")[0] as string;
	}
}
