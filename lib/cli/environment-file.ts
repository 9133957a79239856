/** An environment as a file that a person goes on writing: TypeScript, in the style of `environments/example.ts`. */

/** The comments above the keys of the file, or above a key with this value, for who opens it next. */
const comments: Readonly<Record<string, string>> = {
  subnets:
    'The nodes of a pair share a subnet, because a VIP cannot leave its own. Others are only looked from.',
  vantages: 'Where probe functions look from.',
  probeSecurityGroups: 'The nodes must admit these on the MySQL port.',
  subscribers: 'An e-mail address gets a link to confirm. A telephone number or an https URL will do, too.',
  mode: "Looks, alerts and says what it would do; 'act' lets it.",
  'tls: off':
    "No authority was named: statements and answers cross the VPC in the clear. 'verify-ca' hides them, and needs tlsAuthority.",
  tlsAuthority: 'An SSM parameter with the certificate (PEM) of who signed those of both servers.',
  credentials: 'An SSM parameter (SecureString) with {"user":"…","password":"…"}.',
};

/** The text of `environments/NAME.ts`. `library` leads from there to `lib/core/config/config.ts`. */
export function renderEnvironment(environment: object, library: string): string {
  return [
    '/** Made by `keepalambda init`. The editor, or docs/settings.md, says what each setting is for. */',
    `import { defineEnvironment } from ${literal(library)};`,
    '',
    `export default defineEnvironment(${render(environment, '')});`,
    '',
  ].join('\n');
}

function render(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object'))
      return `[${value.map((item) => render(item, '')).join(', ')}]`;
    const items = value.map((item) => `${deeper}${render(item, deeper)},\n`);
    return `[\n${items.join('')}${indent}]`;
  }
  if (value !== null && typeof value === 'object') {
    const lines = Object.entries(value).map(([key, child]) => {
      const words = comments[`${key}: ${String(child)}`] ?? comments[key];
      const comment = words === undefined ? '' : `${deeper}// ${words}\n`;
      return `${comment}${deeper}${keyOf(key)}: ${render(child, deeper)},\n`;
    });
    return `{\n${lines.join('')}${indent}}`;
  }
  return typeof value === 'string' ? literal(value) : String(value);
}

function keyOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
