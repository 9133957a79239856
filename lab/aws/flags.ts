/** The flags that say how slow AWS is: the same for the lab, the matrix, the benchmark and the rehearsal. */
import { randomInt } from 'node:crypto';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../flags.ts';
import type { Ec2Timing } from './ec2-world.ts';
import { type LatencyAsked, latencies } from './latencies.ts';

export interface LatencyFlags {
  readonly awsLatency: LatencyAsked['kind'];
  readonly awsSeed?: string;
  readonly ec2LatencyMs?: string;
}

/** How slow AWS is. */
export interface LatencyTerms {
  readonly latency: LatencyAsked;
  /** From EC2's answer to its effect, always; null: as the latencies have it. Milliseconds. */
  readonly ec2LatencyMs: number | null;
}

/** Seeds from here on would not be safe integers for long. */
const SEED_MAX = 2 ** 31 - 1;

export function addLatencyOptions(command: Command): Command {
  const effectMs = latencies['ec2-effect'].typicalMs;
  return command
    .addOption(
      new Option('--aws-latency <kind>', "whether AWS's answers take as long as the real ones")
        .choices(['real', 'none'])
        .default('real'),
    )
    .option('--aws-seed <number>', 'the seed of those latencies (default: a new one, printed)')
    .option(
      '--ec2-latency-ms <ms>',
      `from EC2's answer to its effect, always (default: about ${effectMs}; 0 with --aws-latency none)`,
    );
}

/** Reads them. Throws a `LabError` for one that is no number. */
export function latencyTermsOf({ awsLatency, awsSeed, ec2LatencyMs }: LatencyFlags): LatencyTerms {
  const seed = awsSeed === undefined ? randomInt(SEED_MAX) : wholeNumber('--aws-seed', awsSeed, 0, SEED_MAX);
  return {
    latency: awsLatency === 'real' ? { kind: 'real', seed } : { kind: 'none' },
    ec2LatencyMs:
      ec2LatencyMs === undefined ? null : wholeNumber('--ec2-latency-ms', ec2LatencyMs, 0, 60_000),
  };
}

/** The same terms for the run with this number: other delays, from a seed that follows. */
export function termsOfRun(terms: LatencyTerms, run: number): LatencyTerms {
  const { latency } = terms;
  if (latency.kind === 'none') return terms;
  return { ...terms, latency: { kind: 'real', seed: (latency.seed + run) % SEED_MAX } };
}

/** EC2's timing under these terms. */
export function ec2TimingOf({ latency, ec2LatencyMs }: LatencyTerms): Partial<Ec2Timing> {
  if (ec2LatencyMs !== null) return { effectDelayMs: ec2LatencyMs };
  return latency.kind === 'real' ? {} : { effectDelayMs: 0 };
}

/** The flags that give the same terms to another process. */
export function latencyWords({ latency, ec2LatencyMs }: LatencyTerms): readonly string[] {
  return [
    ...['--aws-latency', latency.kind],
    ...(latency.kind === 'real' ? ['--aws-seed', String(latency.seed)] : []),
    ...(ec2LatencyMs === null ? [] : ['--ec2-latency-ms', String(ec2LatencyMs)]),
  ];
}

/** For a person: `AWS answers as late as the real one (--aws-seed 7); EC2 takes effect about 800 ms after its answer`. */
export function renderTerms({ latency, ec2LatencyMs }: LatencyTerms): string {
  const typicalMs = latencies['ec2-effect'].typicalMs;
  const known = latency.kind === 'real' ? `about ${typicalMs} ms after its answer` : 'with its answer';
  const effect = ec2LatencyMs === null ? known : `${ec2LatencyMs} ms after its answer`;
  const answers =
    latency.kind === 'real' ? `as late as the real one (--aws-seed ${latency.seed})` : 'at once';
  return `AWS answers ${answers}; EC2 takes effect ${effect}`;
}
