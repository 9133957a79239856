/** The command `export`, and what it says to do next. */
import { Command } from 'commander';
import type { Exported } from './export.ts';

/** The command; `tell` gets what is its result. */
export function exportCommand(tell: (text: string) => void): Command {
  return new Command('export')
    .description(
      'Writes the template of an environment and its code as files, for CloudFormation or Terraform, and the IAM policy that a deployment needs.',
    )
    .argument('<name>', 'the environment, such as prod')
    .argument('<directory>', 'where to write; created if it does not exist')
    .action(async (name: string, directory: string) => {
      // It loads the CDK, for which the other commands must not wait.
      const { exportEnvironment } = await import('./export.ts');
      tell(renderExported(await exportEnvironment(name, directory), directory));
    });
}

function renderExported(
  { stackName, region, template, archives, policy }: Exported,
  directory: string,
): string {
  return [
    `${template} and ${archives.length} archives are written. To deploy them, with a bucket of your own in ${region}:`,
    `  aws s3 cp --recursive ${directory} s3://BUCKET/keepalambda/ --exclude '*' --include '*.zip'`,
    `  aws cloudformation deploy --region ${region} --stack-name ${stackName} --template-file ${template} \\`,
    '    --s3-bucket BUCKET --capabilities CAPABILITY_NAMED_IAM \\',
    '    --parameter-overrides CodeBucket=BUCKET CodePrefix=keepalambda/',
    'By Terraform: an aws_s3_object for each archive, and an aws_cloudformation_stack with the template (template_url),',
    'capabilities = ["CAPABILITY_NAMED_IAM"], and these parameters.',
    `A deployment needs the rights of ${policy}; with the CDK, in place of AdministratorAccess (docs/security.md):`,
    `  aws iam create-policy --policy-name ${stackName}-deploy --policy-document file://${policy}`,
    '  npx cdk bootstrap --cloudformation-execution-policies ARN',
  ].join('\n');
}
