/** The name of a pair in its environment, such as `orders`. */
export type PairName = string;

/** The name of a node in its pair, such as `db1`. */
export type NodeName = string;

/** The name of a vantage: the subnet from which a probe function looks. */
export type Vantage = string;
