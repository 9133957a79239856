/** What the functions asked of AWS and wrote to their logs, counted as it happens, and read for a time. */
import type { ApiCall, AwsEvents, LogLine } from '../../lab/aws/events.ts';

/** CloudWatch Logs counts this for each event beside its text. Bytes. */
const EVENT_BYTES = 26;

const reads = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];

/** Counts of a time. */
export interface Counts {
  readonly dynamodb: {
    readonly reads: number;
    readonly writes: number;
    readonly readUnits: number;
    readonly writeUnits: number;
  };
  readonly ec2Calls: number;
  readonly ssmCalls: number;
  readonly published: number;
  /** Invocations that ended by an error. */
  readonly failures: number;
  /** Invocations begun, by function. */
  readonly invocations: Readonly<Record<string, number>>;
  /** Seconds in which an environment was at an invocation, summed, by function: what is billed. */
  readonly busySeconds: Readonly<Record<string, number>>;
  /** Without the lines of the platform. */
  readonly logBytes: number;
  /** Series of metrics: each name with its dimensions. */
  readonly metrics: number;
}

interface Span {
  readonly functionName: string;
  readonly fromMs: number;
  toMs: number;
}

/** Listens from now on. */
export class Tally {
  readonly #calls: ApiCall[] = [];
  readonly #lines: LogLine[] = [];
  readonly #spans = new Map<string, Span>();
  readonly #failures: LogLine[] = [];
  /** The invocation of the watch that leads; null while none does. */
  leader: string | null = null;

  constructor(events: AwsEvents) {
    events.on('call', (call) => this.#calls.push(call));
    events.on('log', (line) => this.#hear(line));
  }

  /** What the platform said of the last invocation that ended by an error. */
  get lastError(): string | null {
    return this.#failures.at(-1)?.text ?? null;
  }

  /** What happened from `fromMs` on, and before `toMs`. */
  between(fromMs: number, toMs: number): Counts {
    const during = ({ atMs }: { readonly atMs: number }) => atMs >= fromMs && atMs < toMs;
    const calls = this.#calls.filter(during);
    const lines = this.#lines.filter(during);
    const spans = [...this.#spans.values()];
    return {
      dynamodb: dynamodbOf(calls),
      ec2Calls: calls.filter(({ service }) => service === 'ec2').length,
      ssmCalls: calls.filter(({ service }) => service === 'ssm').length,
      published: calls.filter(({ service, action }) => service === 'sns' && action === 'Publish').length,
      failures: this.#failures.filter(during).length,
      invocations: sumBy(spans, ({ fromMs: atMs }) => (during({ atMs }) ? 1 : 0)),
      busySeconds: sumBy(
        spans,
        (span) => Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs)) / 1000,
      ),
      logBytes: lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + EVENT_BYTES, 0),
      metrics: new Set(lines.flatMap(({ text }) => seriesOf(text))).size,
    };
  }

  #hear(line: LogLine): void {
    const { requestId, functionName, text, atMs } = line;
    if (line.stream !== 'platform') {
      this.#lines.push(line);
      // What watch says of itself; to ask the store would be counted with what watch asks of it.
      if (text.includes('leading under epoch')) this.leader = requestId;
      if (text.includes('gave the lease back') && this.leader === requestId) this.leader = null;
      return;
    }
    if (requestId === null) return;
    // The platform's own lines begin with a word; what is neither is the error of a function.
    if (text.startsWith('{')) this.#failures.push(line);
    if (text.startsWith('START '))
      this.#spans.set(requestId, { functionName, fromMs: atMs, toMs: Number.POSITIVE_INFINITY });
    const span = this.#spans.get(requestId);
    if (span && text.startsWith('END ')) span.toMs = atMs;
  }
}

function dynamodbOf(all: readonly ApiCall[]): Counts['dynamodb'] {
  const calls = all.filter(({ service }) => service === 'dynamodb');
  const read = calls.filter(({ action }) => reads.includes(action));
  const written = calls.filter(({ action }) => !reads.includes(action));
  const units = (some: readonly ApiCall[]) => some.reduce((sum, { capacityUnits }) => sum + capacityUnits, 0);
  return {
    reads: read.length,
    writes: written.length,
    readUnits: units(read),
    writeUnits: units(written),
  };
}

function sumBy(spans: readonly Span[], value: (span: Span) => number): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const span of spans) sums[span.functionName] = (sums[span.functionName] ?? 0) + value(span);
  return sums;
}

/** The metrics in a line of CloudWatch's embedded metric format; none in any other line. */
export function seriesOf(text: string): readonly string[] {
  if (!text.includes('"CloudWatchMetrics"')) return [];
  const line = JSON.parse(text) as EmbeddedMetrics;
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => [Namespace, Name, ...names.map((name) => `${name}=${line[name]}`)].join(' ')),
    ),
  );
}

interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [field: string]: unknown;
}
