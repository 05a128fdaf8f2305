import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts"],
		// Processes rather than threads, because serialport and node-pty are native; two, for two cores.
		pool: "forks",
		maxWorkers: 2,
		// Property tests and real-time pty runs need longer than the default 5 s on a loaded machine.
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
