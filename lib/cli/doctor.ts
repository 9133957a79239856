/** `keepalambda doctor PAIR`: asks operate, and prints what it found. */
import { exitCodeOf, type Finding, renderFindings } from '../core/finding.ts';

/** The answer of operate, as much of it as is needed here. */
export interface DoctorReply {
  readonly ok: boolean;
  readonly lines: readonly string[];
  /** Absent where the request was refused. */
  readonly findings?: readonly Finding[];
}

/** Invokes operate. Rejects when it cannot be reached. */
export type Invoke = (request: { readonly action: 'doctor'; readonly pair: string }) => Promise<DoctorReply>;

export interface Printed {
  readonly text: string;
  /** 0: nothing worse than a hint. 1: a danger. 3: refused. 5: a warning. */
  readonly exitCode: 0 | 1 | 3 | 5;
}

/** With `json`, the findings as one line of JSON, most dangerous first. */
export async function doctor(
  invoke: Invoke,
  pair: string,
  { json }: { readonly json: boolean },
): Promise<Printed> {
  const { lines, findings } = await invoke({ action: 'doctor', pair });
  if (findings === undefined) return { text: lines.join('\n'), exitCode: 3 };
  const text = json ? JSON.stringify({ pair, findings }) : renderFindings(findings);
  return { text, exitCode: exitCodeOf(findings) };
}
