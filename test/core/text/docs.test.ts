import { describe, expect, it } from 'vitest';
import { events } from '../../../lib/core/alert/events.ts';
import type { Settings } from '../../../lib/core/config/config.ts';
import { writtenAs } from '../../../lib/core/config/settings.ts';
import { rows } from '../../../lib/core/decision/decision.ts';
import type { PlanKind } from '../../../lib/core/plan/plan.ts';
import { renderCheckDoc } from '../../../lib/core/text/check-doc.ts';
import { renderDecisions } from '../../../lib/core/text/decisions-doc.ts';
import { renderEvents } from '../../../lib/core/text/events-doc.ts';
import { renderSettings } from '../../../lib/core/text/settings-doc.ts';
import { renderSetupDoc } from '../../../lib/core/text/setup-doc.ts';
import { parsePair } from '../world.ts';

const decisions = renderDecisions(parsePair());
const anchors = (text: string) =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-')),
  );

describe('docs that mirror code are printed by code', () => {
  it('docs/decisions.md', async () => {
    await expect(decisions).toMatchFileSnapshot('../../../docs/decisions.md');
  });

  it('docs/settings.md', async () => {
    await expect(renderSettings()).toMatchFileSnapshot('../../../docs/settings.md');
  });

  it('docs/check.md', async () => {
    await expect(renderCheckDoc()).toMatchFileSnapshot('../../../docs/check.md');
  });

  it('docs/host-configuration.md', async () => {
    await expect(renderSetupDoc()).toMatchFileSnapshot('../../../docs/host-configuration.md');
  });

  it('docs/events.md', async () => {
    await expect(renderEvents()).toMatchFileSnapshot('../../../docs/events.md');
  });
});

describe('and leave nothing out', () => {
  it('every row and every plan', () => {
    const plans: Record<PlanKind, true> = {
      failover: true,
      switchover: true,
      'reattach-vip': true,
      'open-holder': true,
      'close-standby': true,
      'repair-node': true,
      'attach-channel': true,
      'detach-channel': true,
      'repoint-replicas': true,
      'release-node': true,
    };
    for (const { name } of rows) expect(decisions).toContain(`### ${name}\n`);
    for (const kind of Object.keys(plans)) expect(decisions).toContain(`### ${kind}\n`);
  });

  it('every setting', () => {
    for (const key of Object.keys(parsePair().settings) as (keyof Settings)[])
      expect(renderSettings()).toContain(`| \`${writtenAs(key).split('.')[1]}\` |`);
  });

  it('links lead somewhere', () => {
    const here = anchors(decisions);
    const there = anchors(renderEvents());
    for (const [, target = ''] of decisions.matchAll(/\]\(#([^)]+)\)/g)) expect(here).toContain(target);
    for (const [, target = ''] of decisions.matchAll(/\]\(events\.md#([^)]+)\)/g))
      expect(there).toContain(target);
    expect(there.size).toBe(Object.keys(events).length + 1);
  });
});
