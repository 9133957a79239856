/** Guards of what people read, and of what they order. */
import type { Mutant } from '../mutant.ts';

const alerts = 'lib/core/alert/alerts.ts';

export const peopleMutants: readonly Mutant[] = [
  {
    name: 'second-thoughts-undo',
    file: 'lib/core/operator/move-orders.ts',
    find: 'if (moved?.from === to && agoMs < SECOND_THOUGHT_MS && !order.force) {',
    replace: 'if (moved?.from === to && agoMs < 0 && !order.force) {',
    guards: 'Two switchovers sent at once do not undo each other.',
  },
  {
    name: 'told-once-for-ever',
    file: alerts,
    find: 'if (known === undefined || hasEnded(code, before, nowMs)) {',
    replace: 'if (known === undefined) {',
    guards: 'A second loss in one incident is alerted.',
  },
  {
    name: 'one-node-is-both',
    file: alerts,
    find: 'if (isAboutAnother(known.about, about, nowMs, ENDED_MS)) {',
    replace: 'if (isAboutAnother({}, [], nowMs, ENDED_MS)) {',
    guards: 'That people know what was set by hand on one node says nothing of the other.',
  },
  {
    name: 'never-again',
    file: alerts,
    find: 'if (nowMs >= report.sinceMs + repeatAfterMs(report.times, code)) {',
    replace: 'if (nowMs >= Number.POSITIVE_INFINITY) {',
    guards: 'What lasts is alerted again.',
  },
  {
    name: 'unbounded-outbox',
    file: 'lib/core/bounds.ts',
    find: 'if (kept.size === ALERTS_MAX || size > OUTBOX_MAX) break;',
    replace: 'if (kept.size === ALERTS_MAX * OUTBOX_MAX) break;',
    guards: 'A record that is too large for the store stops all work on its pair.',
  },
];
