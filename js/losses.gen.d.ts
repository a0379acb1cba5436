export type Name = string;
export type LossOptions = Record<string, Record<string, unknown>>;
export type SharedOptions = Record<string, unknown>;
export type Manifest = any;
