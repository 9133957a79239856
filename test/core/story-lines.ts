/** What a story prints: an input in a few words, and what is ready after it. Times and ages are left to the story. */
import type { Memory } from '../../lib/core/memory/memory.ts';
import type { LookOrder } from '../../lib/core/pair/look-order.ts';
import type { Input } from '../../lib/core/pair/pair.ts';
import type { PairState } from '../../lib/core/pair/pair-state.ts';
import type { Ready, Run } from '../../lib/core/pair/ready.ts';

/** An input in a few words. */
export function renderInput(input: Input): string {
  switch (input.kind) {
    case 'report': {
      const { report } = input;
      if (report.kind === 'blind') return `${report.vantage}: blind: ${report.because}`;
      return `${report.vantage}: ${report.sightings.map(({ node, saw }) => `${node} ${saw.kind}`).join(', ')}`;
    }
    case 'ec2':
      if (input.sighting.kind === 'saw' && input.sighting.wrong.length > 0)
        return 'EC2 shows the pair otherwise than the file';
      return input.sighting.kind === 'saw' && input.sighting.place.kind === 'node'
        ? `EC2: the VIP is on ${input.sighting.place.node}`
        : 'EC2 does not say where the VIP is';
    case 'order':
      return `order: ${input.order.order.action}`;
    case 'examined':
      return `doctor: ${input.findings.map(({ subject, id }) => `${subject} ${id}`).join(', ')}`;
    case 'plan':
      return `plan ${input.is}`;
    case 'source-asked':
      return `the holder, asked through its standby: ${input.asked?.said ?? 'no answer'}`;
    case 'through-vip':
    case 'stored':
    case 'published':
    case 'noted':
    case 'done':
    case 'not-yet':
    case 'failed':
    case 'tick':
      return input.kind;
  }
}

/** What is ready, a line for each; nothing where nothing changes. Gauges are left out. */
export function renderReady({ memory, looks }: PairState, ready: Ready): readonly string[] {
  const { log, save, run } = ready;
  return [
    ...(log ? [`decision: ${log.row} (${log.holder} ${log.holderIs}, ${log.standby} ${log.standbyIs})`] : []),
    ...(save ? [`save: ${renderSave(memory, save)}`] : []),
    ...(run ? [`run: ${renderRun(run)}`] : []),
    ...(ready.looks === looks ? [] : [`looks: ${renderLooks(ready.looks)}`]),
    ...(ready.hurries ? ['EC2 is asked at once'] : []),
    ...(ready.ask ? ['who answers through the VIP is asked'] : []),
    ...(ready.askSource ? [`${ready.askSource.source} is asked through ${ready.askSource.node}`] : []),
    ...(ready.examine ? ['doctor is asked'] : []),
    ...(ready.besidePlan ? ['the loss of service is noted beside the plan'] : []),
    ...(ready.failure === null ? [] : [`failure: ${ready.failure}`]),
  ];
}

/** The fields that change. */
function renderSave(before: Memory, after: Memory): string {
  const keys = Object.keys(after) as (keyof Memory)[];
  const changed = keys.filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
  return changed.map((key) => (key === 'incident' ? renderIncident(after) : key)).join(', ');
}

function renderIncident({ incident }: Memory): string {
  return incident === null ? 'incident closed' : `incident ${incident.id} (${incident.row})`;
}

/** The alerts that one memory has and the one before had not: published once it is stored. */
export function alertsOf(before: Memory, after: Memory) {
  const known = new Set(before.outbox.map(({ id }) => id));
  return after.outbox
    .filter(({ id }) => !known.has(id))
    .map((alert) => {
      const { code, headline, happened, done, cost } = alert;
      const parts = [headline && `[${headline}]`, happened, done, cost].filter(Boolean);
      return { alert, line: `alert ${code}: ${parts.join(' ')}` };
    });
}

function renderRun(run: Run): string {
  switch (run.kind) {
    case 'begin':
      return `${run.wanted.plan.kind} to ${run.wanted.plan.to} (${run.wanted.row}): ${run.wanted.because}`;
    case 'resume':
      return `goes on with the ${run.plan.kind} to ${run.plan.to}`;
    case 'answer':
      return `answers the order: ${run.memory.answers.at(-1)?.text ?? ''}`;
    case 'tell-waits':
      return `alerts that the plan waits: ${run.because}`;
  }
}

function renderLooks(looks: Ready['looks']): string {
  const texts = Object.entries(looks).map(([vantage, order]) => [vantage, renderOrder(order)] as const);
  const [first] = texts;
  if (first !== undefined && texts.every(([, text]) => text === first[1])) return `all ${first[1]}`;
  return texts.map(([vantage, text]) => `${vantage} ${text}`).join(', ');
}

function renderOrder(order: LookOrder): string {
  switch (order.kind) {
    case 'held':
      return `held for ${order.forMs} ms`;
    case 'soon':
      return `every ${order.afterMs} ms (an open look gets ${order.graceMs} ms)`;
    case 'close-up':
      return `close up for ${order.forMs} ms, until nothing is heard for ${order.witnessMs} ms`;
    case 'rest':
      return `at rest, every ${order.afterMs} ms`;
    case 'now':
      return 'now';
  }
}
