const SHOWN: readonly (readonly [string, string])[] = [
  ["sub", "subject"],
  ["preferred_username", "name"],
  ["client_id", "client"],
  ["iss", "issuer"],
  ["scope", "scopes"],
  ["exp", "expires"],
];

/** What a JSON Web Token says, for people; null for any other token. The service checks it, not this page. */
export function claimsOf(token: string): readonly (readonly [string, string])[] | null {
  const [, payload] = token.split(".");
  if (payload === undefined) return null;
  try {
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (each) => each.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return null;
    const known = claims as Record<string, unknown>;
    return SHOWN.filter(([claim]) => known[claim] !== undefined).map(([claim, name]) => [name, worded(claim, known[claim])]);
  } catch {
    return null;
  }
}

function worded(claim: string, value: unknown): string {
  if (claim === "exp" && typeof value === "number") return new Date(value * 1000).toISOString().replace("T", " ").slice(0, 19);
  return [value].flat().join(" ");
}
