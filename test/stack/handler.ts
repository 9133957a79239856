/** A handler for tests of the stack, which do not look into the code of the functions. */
export const handler = async (): Promise<string> => 'hello';
