/** In place of the deployed read function: answers what the test says. */
export const handler = async () => JSON.parse(process.env.REPLY ?? 'null');
