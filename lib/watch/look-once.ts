/** One look from every vantage and at EC2: enough to report, not enough to act. */
import type { Config, Pair } from '../core/config/config.ts';
import type { Grounds } from '../core/decision/explain.ts';
import { allSafeguards, type Safeguards } from '../core/decision/safeguards.ts';
import { assess, noDurations, type Situation } from '../core/decision/situation.ts';
import { noEvidence, observe, observeVip } from '../core/evidence/evidence.ts';
import type { Ports } from './ports/ports.ts';

/** How long a look for a person may take: it begins without a connection, and no client waits for it. Milliseconds. */
const PATIENT_MS = 2000;

/** The pair as it is seen now. Rejects only when the store does not answer. */
export async function lookOnce(
  ports: Ports,
  config: Config,
  pair: Pair,
  safeguards: Safeguards = allSafeguards,
): Promise<Grounds & { readonly situation: Situation }> {
  const { clock, database, vip, store } = ports;
  const memory = await store.readMemory(pair.name);
  const patient = { ...pair, settings: { ...pair.settings, lookLimitMs: PATIENT_MS } };
  const targets = [{ pair: patient, holder: null, seen: null, order: { kind: 'now' } }] as const;
  const [located, ...reports] = await Promise.all([
    vip.locate([pair]),
    ...config.vantages.map((vantage) => database.look(vantage, targets)),
  ]);
  let evidence = noEvidence(pair, config.vantages.length);
  const sighting = located.get(pair.name);
  if (sighting) evidence = observeVip(evidence, sighting);
  for (const reported of reports) {
    const report = reported.get(pair.name);
    if (report) evidence = observe(evidence, report);
  }
  const grounds = { pair, evidence, memory, durations: noDurations, safeguards };
  return {
    ...grounds,
    situation: assess(pair, evidence, memory, noDurations, clock.nowMs(), safeguards),
  };
}
