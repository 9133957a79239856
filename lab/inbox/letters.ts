/** Mails, taken apart into what each says of one alert. Pure. */
import { codesOf, type Message } from '../aws/events.ts';
import { maskedLines } from './mask.ts';

/** What is said of one alert, in masked lines. */
export interface Letter {
  readonly code: string;
  readonly lines: readonly string[];
}

type Mail = Pick<Message, 'subject' | 'message' | 'attributes'>;

/** What stands between the texts of alerts that share a mail. */
const rule = `\n${'='.repeat(72)}\n`;

/** SNS: a subject is shorter than this. */
const SUBJECT_LENGTH = 100;

/** What the mails say of each alert, in their order. */
export function lettersOf(mails: readonly Mail[]): readonly Letter[] {
  return mails.flatMap(lettersIn);
}

function lettersIn({ subject, message, attributes }: Mail): readonly Letter[] {
  const [code, ...others] = codesOf({ attributes });
  const [head = '', ...texts] = message.split(rule);
  if (code !== undefined && others.length === 0 && texts.length === 0)
    return [letterOf(code, subject ?? '', head)];
  const [place = ''] = /^\[\S+\]/.exec(subject ?? '') ?? [];
  return texts.map((text) => {
    const own = text.replace(/^[\w-]+: /, '');
    return letterOf(codeIn(text), `${place} ${own.split('\n')[0]}`, own);
  });
}

/** Of alerts that share a mail, each has the subject that it would have alone. Where a subject is cut depends on its figures. */
function letterOf(code: string, subject: string, text: string): Letter {
  const [line = ''] = maskedLines(subject);
  const isCut = subject.endsWith('...') || subject.length >= SUBJECT_LENGTH;
  const lines = [`Subject: ${isCut ? line.replace(/\] .*/, '] (cut)') : line}`, ''];
  return { code, lines: [...lines, ...maskedLines(text)] };
}

function codeIn(text: string): string {
  return /^Event +(\S+)/m.exec(text)?.[1] ?? '';
}
