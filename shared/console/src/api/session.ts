import { signal } from "@preact/signals";

/** The bearer token. In memory only: a reload forgets it. */
export const token = signal<string | null>(null);

/** Whether the service has refused to answer without a token, or has refused the one that it got. */
export const needsSignIn = signal(false);
export const refusal = signal<string | null>(null);

export function signIn(text: string): void {
  token.value = text.trim();
  refusal.value = null;
  needsSignIn.value = false;
}

export function signOut(): void {
  token.value = null;
  needsSignIn.value = true;
}

export function refused(why: string): void {
  refusal.value = token.value === null ? null : why;
  token.value = null;
  needsSignIn.value = true;
}
