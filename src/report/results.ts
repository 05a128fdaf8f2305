/**
 * The results of the commands as plain JSON values: exactly what `--json` prints and what the report shows. The names
 * are a promise to programs that read them; add fields, never rename or drop one. Times are in seconds, accuracies are
 * fractions of 1, CRCs are four upper-case hexadecimal digits.
 */
import type { Finding } from "../base/finding.js";
import type { Distribution } from "./statistics.js";

export interface ModelResult {
	readonly path: string;
	readonly nonzeroWeights: number;
	/** Layer widths, inputs first and charset last. */
	readonly widths: readonly number[];
}

export interface ReplyAccuracy {
	readonly overall: number;
	/** Mean over distinct replies, so that rare ones count as much as common ones. */
	readonly macro: number;
}

export interface TrainedResult extends ModelResult {
	readonly pairs: number;
	readonly examples: number;
	readonly epochs: number;
	readonly seconds: number;
	readonly seed: number;
	readonly train: { readonly char: number; readonly reply: number };
	/** On pairs it had not learnt; where there was a refit, of the network before that. */
	readonly holdout: { readonly char: number; readonly reply: ReplyAccuracy };
	/** The held-out pairs were learnt too, once they had been measured on. */
	readonly refit: boolean;
	/** Whole replies of the teacher on training queries, each as if it had not seen it; null without a teacher. */
	readonly teacher: { readonly outOfFold: number } | null;
	/** The measurements during training (before a refit), in order, and the step of the one whose network was kept. */
	readonly curve: readonly TrainingPoint[];
	readonly keptStep: number;
	/** Null unless a budget was given. */
	readonly tradeOff: TradeOff | null;
}

/** One measurement during training; null where it was not measured: pairs are held out, or training is measured on. */
export interface TrainingPoint {
	readonly step: number;
	/** Since the start. */
	readonly seconds: number;
	/** Mean per example since the measurement before. */
	readonly loss: number;
	readonly nonzeroWeights: number;
	readonly holdout: ReplyAccuracy | null;
	readonly train: ReplyAccuracy | null;
}

/** The networks that training to a budget weighed, in order. */
export interface TradeOff {
	/** T-states a character may take. */
	readonly budget: number;
	readonly points: readonly TradeOffPoint[];
}

export interface TradeOffPoint {
	readonly hidden: readonly number[];
	/** How much more than usual the T-states of a character counted against accuracy. */
	readonly pressure: number;
	/** The packer's prediction. */
	readonly tStatesPerChar: number;
	readonly nonzeroWeights: number;
	readonly seconds: number;
	/** Null where no pairs were held out. */
	readonly holdout: ReplyAccuracy | null;
	readonly train: { readonly char: number; readonly reply: number };
	readonly chosen: boolean;
}

export interface EvaluationResult {
	readonly pairs: number;
	readonly char: number;
	readonly reply: ReplyAccuracy;
	/** Non-zero weights met per character, mean. */
	readonly macsPerChar: number;
}

export interface ProgramResult {
	readonly path: string;
	readonly bytes: number;
	readonly kernel: string;
	/** Null where only the program is known and not its model. */
	readonly nonzeroWeights: number | null;
	readonly crc16: string;
	readonly sha256: string;
	readonly buildId: string;
}

/** What `zulm pack` prints. */
export interface PackResult extends ProgramResult {
	/** Mean T-states without running it; null where no query gets a reply. firstChar: the whole query there at once. */
	readonly predicted: { readonly perChar: number; readonly firstChar: number };
}

export interface TargetResult {
	/** As src/transport describes a link. */
	readonly link: {
		readonly kind: "serial" | "tcp" | "emulator";
		readonly port: string;
		readonly baud?: number;
		readonly vendorId?: string;
		readonly productId?: string;
		readonly serialNumber?: string;
	};
	readonly profile: string;
	readonly machine: string;
	readonly emulator: boolean;
	/** Null where the profile does not say: it differs from machine to machine. */
	readonly clockHz: number | null;
}

export interface TransferReport {
	readonly protocol: string;
	readonly blockSize: number;
	readonly bytes: number;
	readonly seconds: number;
	readonly bytesPerSecond: number;
	readonly retries: number;
	/** How often the whole upload began again, because the line failed. */
	readonly restarts: number;
	/** The machine had the same bytes already. */
	readonly skipped: boolean;
	/** A receiver had to be put on the machine first. */
	readonly bootstrapped: boolean;
}

export interface PullResult {
	readonly target: TargetResult;
	/** On the machine. */
	readonly name: string;
	/** Here. */
	readonly path: string;
	/** Which sending program gave it. */
	readonly sender: string;
	readonly crc16: string;
	readonly transfer: Pick<
		TransferReport,
		"protocol" | "blockSize" | "bytes" | "seconds" | "bytesPerSecond" | "retries"
	>;
}

export interface VerifyResult {
	readonly ok: boolean;
	readonly expectedCrc16: string;
	/** Null where the machine did not answer `/V` with a CRC. */
	readonly deviceCrc16: string | null;
}

export interface ChatLine {
	readonly query: string;
	readonly reply: string;
	/** The integer reference's reply; null where there is no model to compare with. */
	readonly expected: string | null;
	readonly ok: boolean;
}

export interface TimingResult {
	/** From Enter to the reply's first character. */
	readonly firstChar: Distribution;
	/** From one character of a reply to the next. */
	readonly perChar: Distribution;
	/** From Enter to the reply's last character. */
	readonly reply: Distribution;
	/** Measured in the emulator: on hardware these are its prediction for the same queries. */
	readonly tStates: { readonly firstChar: Distribution; readonly perChar: Distribution };
	/** T-states per character divided by seconds per character; null where the line hides the difference. */
	readonly effectiveClockHz: number | null;
}

/** `zulm emulate`: the machine that can now be reached. */
export interface EmulateResult {
	/** What `--port` takes. */
	readonly port: string;
	readonly machine: string;
	readonly clockHz: number;
	readonly baud: number;
	/** Folder behind drive A:. */
	readonly drive: string;
}

export interface DeployResult {
	readonly model: ModelResult | TrainedResult;
	readonly program: ProgramResult;
	readonly target: TargetResult;
	readonly transfer: TransferReport;
	readonly verify: VerifyResult;
	readonly chat: readonly ChatLine[];
	readonly timing: TimingResult;
	readonly reportPath: string;
}

/** A finding of the linter. */
export interface CorpusFinding {
	readonly rule: string;
	readonly source: string;
	readonly line: number;
	readonly message: string;
	readonly remedy: string;
	/** The other lines that are part of it. */
	readonly also: readonly { readonly source: string; readonly line: number }[];
}

export interface CorpusLintResult {
	readonly pairs: number;
	/** Distinct queries. */
	readonly queries: number;
	readonly replies: readonly { readonly reply: string; readonly pairs: number; readonly queries: number }[];
	/** Distinct characters in the replies. */
	readonly characters: number;
	readonly longestReply: number;
	/** The most any model can get right, and the most one can that sees no more than these hashed n-grams. */
	readonly ceiling: number;
	readonly features: { readonly buckets: number; readonly ngrams: readonly number[] };
	readonly featureCeiling: number;
	readonly redundancy: number;
	/** Null without a test file; `leaked` counts distinct queries of it that are trained on too. */
	readonly test: {
		readonly pairs: number;
		readonly queries: number;
		readonly leaked: number;
		readonly ceiling: number;
	} | null;
	readonly findings: readonly CorpusFinding[];
}

export interface CorpusBalanceResult {
	readonly path: string;
	/** Pairs aimed at for each reply. */
	readonly target: number;
	/** Pairs. */
	readonly before: number;
	readonly after: number;
	readonly replies: readonly { readonly reply: string; readonly before: number; readonly after: number }[];
}

export interface CorpusSplitResult {
	readonly train: { readonly path: string; readonly pairs: number };
	readonly test: { readonly path: string; readonly pairs: number };
}

export interface TermResult {
	readonly link: TargetResult["link"];
	/** Bytes that crossed the line. */
	readonly sent: number;
	readonly received: number;
}

export interface DoctorResult {
	readonly checks: readonly Finding[];
}

export interface CorpusGenerateResult {
	readonly path: string;
	readonly kind: string;
	/** Of all runs into this file. */
	readonly replies: readonly { readonly reply: string; readonly got: number; readonly wanted: number }[];
	/** Pairs this run appended. */
	readonly added: number;
	/** Lines left out, by reason. */
	readonly dropped: Readonly<Record<string, number>>;
	readonly requests: number;
	readonly retries: number;
	readonly interrupted: boolean;
}

/** Of `--dry-run`. */
export interface CorpusPromptsResult {
	readonly prompts: readonly { readonly reply: string; readonly system: string; readonly user: string }[];
}
