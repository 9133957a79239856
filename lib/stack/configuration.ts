import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Config } from '../core/config/config.ts';
import { readableByAll } from './bundle.ts';
import { prefixOf } from './names.ts';
import { temporaryDirectory } from './temporary.ts';

/** Where the functions find the configuration: a layer is unpacked under `/opt`. */
export const configFile = '/opt/keepalambda/config.json';

export interface ConfigurationProps {
  readonly config: Config;
}

/** The environment as JSON in a layer of its own (docs/adr/0002-configuration-in-a-layer.md). */
export class Configuration extends Construct {
  readonly layer: LayerVersion;

  constructor(scope: Construct, id: string, props: ConfigurationProps) {
    super(scope, id);
    const directory = temporaryDirectory();
    const folder = join(directory, 'keepalambda');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(props.config, null, 2));
    readableByAll(folder, join(folder, 'config.json'));
    this.layer = new LayerVersion(this, 'Layer', {
      layerVersionName: `${prefixOf(props.config.name)}-config`,
      description: `Configuration of ${props.config.name}`,
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      code: Code.fromAsset(directory),
    });
  }
}
