/** The documents that make a host accept the VIP, or no longer. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { documents } from '../../lib/stack/documents/index.ts';
import { calls, makeHost, runDocument } from './document-host.ts';

const run = promisify(execFile);

describe('the VIP on a host', () => {
  const vip = { SSM_Vip: '10.0.1.10' };

  it('is bound once and unbound once, however often it is asked for', async () => {
    const host = makeHost([]);
    const texts: string[] = [];
    for (const document of ['bind-vip', 'bind-vip', 'unbind-vip', 'unbind-vip'] as const) {
      texts.push((await runDocument(host, document, vip)).text);
    }
    expect(texts).toEqual([
      '10.0.1.10 bound on ens5',
      '10.0.1.10 was bound already',
      '10.0.1.10 unbound',
      '10.0.1.10 was not bound',
    ]);
    expect(calls(host).filter((call) => /addr (add|del)/.test(call))).toEqual([
      'ip addr add 10.0.1.10/32 dev ens5',
      'ip addr del 10.0.1.10/32 dev ens5',
    ]);
  });

  it('is not taken for another address that begins or ends alike', async () => {
    const host = makeHost([]);
    expect((await runDocument(host, 'bind-vip', { SSM_Vip: '10.0.1.1' })).text).toBe(
      '10.0.1.1 bound on ens5',
    );
    expect((await runDocument(host, 'unbind-vip', { SSM_Vip: '0.0.1.11' })).text).toBe(
      '0.0.1.11 was not bound',
    );
  });

  it('reaches an old agent’s script as text', async () => {
    const [first] = documents['bind-vip'].mainSteps[0].inputs.runCommand;
    const { stdout } = await run('sh', ['-c', `${first?.replace('{{Vip}}', '10.0.1.9')}\necho "$SSM_Vip"`]);
    expect(stdout.trim()).toBe('10.0.1.9');
  });
});
