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
  refusal.value = null;
  needsSignIn.value = true;
}

export function refused(why: string): void {
  if (token.value !== null) refusal.value = why; // without one, there was nothing to refuse
  token.value = null;
  needsSignIn.value = true;
}
