import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wire } from '../../lib/aws/wire.ts';
import { small } from '../core/environments.ts';
import { configOf } from '../stack/templates.ts';
import { topicArn } from './world.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'keepalambda-wire-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(content: string): string {
  const path = join(directory, 'config.json');
  writeFileSync(path, content);
  return path;
}

const variables = {
  AWS_REGION: 'eu-central-1',
  TABLE_NAME: 'table',
  TOPIC_ARN: topicArn,
  ACCOUNT_ID: '123456789012',
  PROBE_FUNCTIONS: '{"a":"probe-a"}',
  DOCUMENTS: '{"restart-mysqld":"m","restart-keepalived":"k","bind-vip":"b","unbind-vip":"u"}',
};

it('makes the ports from the variables and the file, without a call', () => {
  const path = file(JSON.stringify(configOf(small)));
  const { config, ports } = wire({ ...variables, KEEPALAMBDA_CONFIG_FILE: path }, 'watch');
  expect(config.name).toBe('small');
  expect(ports.database.vantages).toEqual(['a']);
});

it('lists every fault of the variables', () => {
  const faulty = { PROBE_FUNCTIONS: 'probe-a', DOCUMENTS: '{"bind-vip":""}', TOPIC_ARN: 'alerts' };
  expect(() => wire(faulty, 'watch')).toThrow(
    /TABLE_NAME: got nothing[\s\S]*TOPIC_ARN: got "alerts"; want the ARN[\s\S]*PROBE_FUNCTIONS: [\s\S]*DOCUMENTS/,
  );
});

it('lists every fault of the configuration', () => {
  const path = file(JSON.stringify({ ...configOf(small), subscribers: [], vantages: ['z'] }));
  const wired = () => wire({ ...variables, KEEPALAMBDA_CONFIG_FILE: path }, 'watch');
  expect(wired).toThrow(/subscribers[\s\S]*vantages\[0\]|vantages\[0\][\s\S]*subscribers/);
});

it('says what to do about a file that is not there or is not JSON', () => {
  for (const path of [file('{'), '/nowhere/config.json']) {
    const wired = () => wire({ ...variables, KEEPALAMBDA_CONFIG_FILE: path }, 'watch');
    expect(wired).toThrow(/cannot be read as JSON: deploy the stack again/);
  }
});
