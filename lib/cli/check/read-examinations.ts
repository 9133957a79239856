/** What the deployed read function says of the servers of each pair: the answers of `doctor`. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { within } from '../../aws/clients.ts';
import { describeAwsError } from '../../aws/errors.ts';
import type { Config } from '../../core/config/config.ts';
import type { ExaminationAnswer } from '../../core/deployment-check/answers.ts';
import type { Reply } from '../../core/operator/reply.ts';
import { functionNameOf } from '../../stack/names.ts';
import { ANSWER_LIMIT_MS, type Invoked, invokeOnce } from '../operate/invoke.ts';

/** By pair; none where `config` is null: nothing is deployed. Never throws for what AWS or the function does. */
export async function readExaminations(
  lambda: LambdaClient,
  config: Config | null,
): Promise<ReadonlyMap<string, ExaminationAnswer>> {
  const examinations = new Map<string, ExaminationAnswer>();
  if (config === null) return examinations;
  const name = functionNameOf(config.name, 'read');
  // One at a time: the function has few places, and others may be looking at status.
  for (const { name: pair } of config.pairs) examinations.set(pair, await examine(lambda, name, pair));
  return examinations;
}

async function examine(lambda: LambdaClient, name: string, pair: string): Promise<ExaminationAnswer> {
  try {
    const request = { action: 'doctor', pair };
    return answerOf(await invokeOnce(lambda, name, request, within(ANSWER_LIMIT_MS)));
  } catch (error) {
    return { kind: 'unanswered', because: describeAwsError(error) };
  }
}

function answerOf(invoked: Invoked): ExaminationAnswer {
  switch (invoked.kind) {
    case 'reply':
      return examinationIn(invoked.reply);
    case 'strange':
      return { kind: 'unanswered', because: 'the answer of another release' };
    case 'failed':
      return { kind: 'unanswered', because: invoked.what };
  }
}

function examinationIn({ data, lines }: Reply): ExaminationAnswer {
  if (data?.action === 'doctor') return { kind: 'examined', findings: data.findings };
  return { kind: 'unanswered', because: lines.join('; ') };
}
