/**
 * What a template brings when it is deployed, for the lab to run: functions with the code, the variables and the policies that it
 * says, and its documents. So what runs is what was synthesised, wherever: `cdk deploy`, an export, a package.
 */
import { readIam, type Template, TemplateReader } from './aws/iam/template.ts';
import type { Aws, DocumentSpec, FunctionSpec } from './aws/start.ts';
import { account, resourceNames, seatIn } from './deployment.ts';
import type { LabWorld } from './world.ts';

/** Unpacks the archive that a `Code` or `Content` of the template names, and gives back the directory. */
export type Unpack = (place: unknown) => Promise<string>;

/** Brings it into the world, in place of what was deployed before, which is ended. */
export async function deployTemplate(
  { aws, config, network }: LabWorld,
  template: Template,
  unpack: Unpack,
): Promise<void> {
  const place = { region: aws.region, account, names: resourceNames };
  const reader = new TemplateReader(template, place);
  const functions = await Promise.all(
    reader.ofType('AWS::Lambda::Function').map(async ([, properties]): Promise<FunctionSpec> => {
      const spec = await functionOf(reader, properties, unpack);
      const vantage = config.vantages.find((name) => spec.name.endsWith(`-probe-${name}`));
      return vantage === undefined ? spec : { ...spec, ...seatIn(network, vantage) };
    }),
  );
  const documents = reader.ofType('AWS::SSM::Document').map(
    ([, { Name, Content }]): DocumentSpec => ({
      name: reader.text(Name),
      content: Content as DocumentSpec['content'],
    }),
  );
  const deployed: Parameters<Aws['deploy']>[0] = { iam: readIam(template, place), functions, documents };
  aws.deploy(deployed);
}

async function functionOf(
  reader: TemplateReader,
  properties: Readonly<Record<string, unknown>>,
  unpack: Unpack,
): Promise<FunctionSpec> {
  const { Environment, Layers = [], ReservedConcurrentExecutions: reserved } = properties;
  const [layer] = Layers as readonly { readonly Ref: string }[];
  return {
    name: reader.text(properties.FunctionName),
    directory: await unpack(properties.Code),
    handler: reader.text(properties.Handler),
    environment: reader.value((Environment as { Variables: unknown }).Variables) as Record<string, string>,
    timeoutSeconds: Number(properties.Timeout),
    memoryMegabytes: Number(properties.MemorySize),
    ...(layer ? { layerDirectory: await unpack(reader.propertiesOf(layer.Ref).Content) } : {}),
    ...(reserved === undefined ? {} : { reservedConcurrency: Number(reserved) }),
  };
}
