import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts"],
		// Processes rather than threads, because serialport and node-pty are native; two, for two cores.
		pool: "forks",
		maxWorkers: 2,
		// Property tests take half a minute of one core: on a loaded machine far longer than the default 5 s.
		testTimeout: 300_000,
		hookTimeout: 300_000,
	},
});
