/** What the probe promises, on real servers: the same suite for each flavor. */
import { describe } from 'vitest';
import type { Product } from '../../lab/servers/product.ts';
import { Subject } from './subject.ts';
import { closedServers } from './suite-closed.ts';
import { closing } from './suite-closing.ts';
import { commands } from './suite-commands.ts';
import { commits } from './suite-commits.ts';
import { connections } from './suite-connections.ts';
import { detaching } from './suite-detaching.ts';
import { lateAnswers } from './suite-late.ts';
import { locks } from './suite-locks.ts';
import { looks } from './suite-looks.ts';
import { states } from './suite-states.ts';
import { tableLists } from './suite-tables.ts';
import { trouble } from './suite-trouble.ts';

export function describeProbe(name: string, find: () => Promise<Product>): void {
  describe(`the probe on ${name}`, () => {
    const subject = new Subject(name, find);
    looks(subject);
    lateAnswers(subject);
    commits(subject);
    states(subject);
    tableLists(subject);
    trouble(subject);
    commands(subject);
    closing(subject);
    locks(subject);
    connections(subject);
    detaching(subject);
    closedServers(subject);
  });
}
