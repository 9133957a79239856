/** Takes a fault back. Does nothing the second time. */
export type Undo = () => Promise<void>;
