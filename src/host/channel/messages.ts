import type { ChannelErrorCode } from "./channelError.ts";

/** What goes over the port. Requests flow to the worker, everything else flows both ways or back. */
export type ChannelMessage =
  | { readonly kind: "request"; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | {
      readonly kind: "failure";
      readonly id: number;
      readonly code: ChannelErrorCode;
      readonly message: string;
      readonly detail?: string | undefined;
    }
  | { readonly kind: "notification"; readonly name: string; readonly value: unknown };

/** The message, or undefined when something else came over the port. */
export function asChannelMessage(value: unknown): ChannelMessage | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  return typeof value.kind === "string" ? (value as ChannelMessage) : undefined;
}
