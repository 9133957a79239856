/** The leader's part of a maintenance: it remembers the step, or says why it may not be taken. */
import { tell } from '../alert/alerts.ts';
import type { Situation } from '../decision/situation.ts';
import type { Memory } from '../memory/memory.ts';
import type { Order } from '../operator/order.ts';
import { utcClock } from '../text/utc-time.ts';
import { writesRemembered } from '../text/writes-text.ts';
import { type Maintenance, OUT_LIMIT_MS, workText } from './maintenance.ts';

export type Noted =
  | { readonly kind: 'refuse'; readonly because: string }
  | { readonly kind: 'note'; readonly memory: Memory; readonly text: string };

type NoteOrder = Extract<Order, { action: 'maintenance' }>;

/** The step of a maintenance → memory with it. The holder is never taken out. */
export function orderMaintenance(situation: Situation, order: NoteOrder): Noted {
  const { memory } = situation;
  const { note } = order;
  const known = memory.maintenance;
  if (note.kind === 'begin') return begin(situation, order, note);
  if (known === null || (note.kind !== 'end' && known.id !== order.run))
    return refuse('there is no such maintenance: it is over, or was stopped');
  const noted = (changes: Partial<Maintenance>, text: string): Noted => ({
    kind: 'note',
    memory: { ...memory, maintenance: { ...known, stopped: null, ...changes } },
    text,
  });
  switch (note.kind) {
    case 'take': {
      const because = whyNotOut(situation, note.node);
      if (because !== null) return refuse(because);
      const out = { node: note.node, was: note.was, untilMs: situation.nowMs + OUT_LIMIT_MS };
      return noted({ out }, `${note.node} is out for maintenance`);
    }
    case 'changed':
      return noted({ changed: withNode(known.changed, note.node) }, `${note.node} is changed`);
    case 'return':
      return noted({ out: null, done: withNode(known.done, note.node) }, `${note.node} stands by again`);
    case 'stopped':
      return stopped(situation, known, note.because);
    case 'end':
      return {
        kind: 'note',
        memory: { ...memory, maintenance: null },
        text: `the maintenance (${workText(known)}, by ${known.by}) is over`,
      };
  }
}

function begin(
  { memory, nowMs, pair }: Situation,
  { run, by, why }: NoteOrder,
  note: Extract<NoteOrder['note'], { kind: 'begin' }>,
): Noted {
  const known = memory.maintenance;
  if (known !== null && known.id !== run)
    return refuse(`a maintenance by ${known.by} is at work (${workText(known)}); it can be stopped`);
  const { work, command, nodes } = note;
  const strangers = nodes.filter((node) => !pair.nodes.some(({ name }) => name === node));
  if (strangers.length > 0) return refuse(`the pair has no node ${strangers.join(', ')}`);
  if (known !== null) return { kind: 'note', memory, text: 'it goes on' };
  const maintenance: Maintenance = {
    id: run,
    work,
    command,
    nodes,
    by,
    why,
    startedAtMs: nowMs,
    known: note.known,
    changed: [],
    done: [],
    out: null,
  };
  return {
    kind: 'note',
    memory: { ...memory, maintenance },
    text: `${workText(note)} of ${nodes.join(', ')}`,
  };
}

/** Alerted once: an order that is given again and stops before its next step says nothing new. */
function stopped({ memory, pair, nowMs }: Situation, known: Maintenance, because: string): Noted {
  const noted = { ...memory, maintenance: { ...known, stopped: because } };
  const text = `the maintenance (${workText(known)}, by ${known.by}) has stopped: ${because}`;
  if (known.stopped) return { kind: 'note', memory: noted, text };
  const { out } = known;
  const words = {
    headline: `maintenance stopped (${workText(known)}, by ${known.by})`,
    happened: `The maintenance (${workText(known)}) that ${known.by} ordered has stopped before its end: ${because}.`,
    done:
      out === null
        ? 'No other step begins. No node is out.'
        : `No other step begins. ${out.node} is out until ${utcClock(out.untilMs)}: until then nothing is alerted of it.`,
    ...writesRemembered(memory),
  };
  return { kind: 'note', memory: tell(noted, pair.name, 'maintenance-stopped', words, nowMs), text };
}

function whyNotOut({ holder, standby, vip, paused }: Situation, node: string): string | null {
  if (vip !== 'held' || holder.kind !== 'serving') return `${holder.node} does not serve clients now`;
  if (holder.node === node) return `${node} holds the VIP; it is taken out only as standby`;
  if (paused) return 'the pair is paused: a pause forbids the switchover that would follow';
  return standby.node === node ? null : `the pair has no standby ${node}`;
}

function withNode(nodes: readonly string[], node: string): readonly string[] {
  return nodes.includes(node) ? nodes : [...nodes, node];
}

function refuse(because: string): Noted {
  return { kind: 'refuse', because };
}
