import { errorTable, retriableErrors } from "./errorTable.ts";

/** Kafka's name of an error, or one made of its code when it is newer than our table. */
export type ErrorName = KnownErrorName | `UNKNOWN_CODE_${number}`;

/** The errors of the newest Kafka. */
export type KnownErrorName = keyof typeof errorTable;

const namesByCode: ReadonlyMap<number, KnownErrorName> = new Map(
  Object.entries(errorTable).map(([name, code]) => [code, name as KnownErrorName]),
);

const retriable: ReadonlySet<string> = new Set(retriableErrors);

/** The name of an error code; a code we do not know keeps its number, so that nothing about it is lost. */
export function errorName(code: number): ErrorName {
  return namesByCode.get(code) ?? `UNKNOWN_CODE_${code}`;
}

/** The code of an error, for answering it. */
export function errorCode(name: KnownErrorName): number {
  return errorTable[name];
}

/** Whether the Java client would send the same request again. */
export function isRetriable(name: ErrorName): boolean {
  return retriable.has(name);
}
