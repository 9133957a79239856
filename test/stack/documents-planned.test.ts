/** The documents of a planned restart, of the server or of its host: nothing is killed, and nothing is done twice. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calls, makeHost, runDocument } from './document-host.ts';

const FIRST_BOOT = '0f1e2d3c-0a1b-4c2d-9e8f-0123456789ab';
const NEXT_BOOT = '9e8f0123-0a1b-4c2d-9e8f-0123456789ab';

/** The variables of a host that is at this boot. */
function bootedAs({ directory }: { directory: string }, boot: string): object {
  const file = join(directory, 'boot_id');
  writeFileSync(file, `${boot}\n`);
  return { KEEPALAMBDA_BOOT_ID: file };
}

/** The unit ends by SIGTERM after so many looks, and each start of it has a number. */
const unit = (looks: number, start = 0) => `
  case "$1" in
    show) echo "ExecMainStartTimestampMonotonic=$(cat started 2>/dev/null || echo 17)" ;;
    is-active)
      [ -f term ] || exit 0
      echo x >>term
      [ "$(wc -l <term)" -le ${looks} ] || exit 3 ;;
    kill) : >term ;;
    start) rm -f term; [ ${start} = 0 ] && echo 18 >started; exit ${start} ;;
  esac`;
/** As MySQL 8: it says itself that it is stopping, and takes so many looks for it. */
const stopping = (looks: number) => `
  case "$1" in
    show) echo "ExecMainStartTimestampMonotonic=17" ;;
    is-active)
      [ -f term ] || exit 0
      echo x >>term
      [ "$(wc -l <term)" -gt ${looks} ] || echo deactivating
      exit 3 ;;
    kill) : >term ;;
    start) mv term ended ;;
  esac`;
const killing = (host: { directory: string }) =>
  calls(host).filter((call) => /KILL|systemctl stop/.test(call));

describe('a planned restart', () => {
  it('asks it to end by SIGTERM alone, waits, and starts it', async () => {
    const host = makeHost(['mysqld'], unit(2));
    expect(await runDocument(host, 'server-start', bootedAs(host, FIRST_BOOT))).toEqual({
      code: 0,
      text: `unit=mysqld.service\nstarted=17\nboot=${FIRST_BOOT}`,
    });
    const outcome = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(outcome).toEqual({
      code: 0,
      text: expect.stringMatching(/^mysqld.service restarted, stopped in \d s$/),
    });
    expect(calls(host)).toContain('systemctl kill --signal=SIGTERM mysqld.service');
    expect(killing(host)).toEqual([]);
  });

  it('does nothing when it is delivered twice', async () => {
    const host = makeHost(['mariadb'], unit(0));
    await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    const before = calls(host).filter((call) => / (kill|start) /.test(call)).length;
    const again = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(again).toEqual({ code: 0, text: 'mariadb.service was restarted already' });
    expect(calls(host).filter((call) => / (kill|start) /.test(call))).toHaveLength(before);
  });

  it('waits for the end of a server that says that it is stopping', async () => {
    const host = makeHost(['mysqld'], stopping(2));
    await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(readFileSync(join(host.directory, 'ended'), 'utf8')).toHaveLength('x\n'.length * 3);
  });

  it('kills nothing that does not start', async () => {
    const host = makeHost(['mysql'], unit(0, 1));
    const outcome = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(outcome).toEqual({ code: 1, text: 'mysql.service did not start; nothing was killed' });
    expect(killing(host)).toEqual([]);
  });
});

describe('a planned reboot', () => {
  const asked = { SSM_Boot: FIRST_BOOT, SSM_Vip: '10.0.1.10', SSM_Bound: 'yes' };
  /** A host that has the VIP, at its first boot. */
  const makeBound = async (systemctl: string) => {
    const host = makeHost(['mysqld'], systemctl);
    await runDocument(host, 'bind-vip', asked);
    return host;
  };
  const reboot = (host: { directory: string; path: string }, boot: string, more = {}) =>
    runDocument(host, 'planned-reboot', { ...asked, ...bootedAs(host, boot), ...more });

  it('stops the server by SIGTERM, has the agent reboot, and sees that all is back', async () => {
    const host = await makeBound(unit(2));
    expect(await reboot(host, FIRST_BOOT)).toEqual({ code: 194, text: '' });
    expect(calls(host)).toContain('systemctl kill --signal=SIGTERM mysqld.service');
    expect(await reboot(host, NEXT_BOOT)).toEqual({ code: 0, text: 'rebooted, and mysqld.service is up' });
    expect(killing(host)).toEqual([]);
  });

  it('is not asked for while the server is stopping', async () => {
    const host = await makeBound(stopping(2));
    expect((await reboot(host, FIRST_BOOT)).code).toBe(194);
    expect(readFileSync(join(host.directory, 'term'), 'utf8')).toHaveLength('x\n'.length * 3);
  });

  it('reboots nothing that was booted anew: the command came twice', async () => {
    const host = await makeBound(unit(0));
    expect((await reboot(host, NEXT_BOOT)).code).toBe(0);
    expect(calls(host).filter((call) => call.includes('SIGTERM'))).toEqual([]);
  });

  it('asks once more where the reboot is still to come, though the server is stopped', async () => {
    const host = await makeBound(unit(0));
    await reboot(host, FIRST_BOOT);
    expect((await reboot(host, FIRST_BOOT)).code).toBe(194);
  });

  it('fails where the VIP is not bound: before, nothing is stopped; after, it names what is missing', async () => {
    const host = makeHost(['mysqld'], unit(0));
    expect(await reboot(host, FIRST_BOOT)).toEqual({
      code: 1,
      text: '10.0.1.10 is not bound on this host; nothing was rebooted',
    });
    expect(calls(host).filter((call) => call.includes('SIGTERM'))).toEqual([]);
    expect(await reboot(host, NEXT_BOOT)).toEqual({
      code: 1,
      text: expect.stringContaining('the reboot lost the VIP'),
    });
    expect((await reboot(host, NEXT_BOOT, { SSM_Bound: 'no' })).code).toBe(0);
  });

  it('says so where the server does not come up', async () => {
    const host = await makeBound(unit(0, 1));
    const outcome = await reboot(host, NEXT_BOOT);
    expect(outcome).toEqual({ code: 1, text: 'mysqld.service did not start; nothing was killed' });
  });
});
