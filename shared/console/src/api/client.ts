import { refused, token } from "./session.ts";

const here = import.meta.url;
/** The API's own address: the console's files lie one folder below it. */
export const BASE = new URL("..", here);

/** What the service, or the network, said in place of an answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

interface Asking {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export function urlOf(path: string, query: Query = {}): string {
  const url = new URL(path.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** Any request to the API. Throws ApiError. */
export async function send(method: string, url: string, asking: Asking = {}): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  const used = token.value;
  if (used !== null) headers.set("Authorization", `Bearer ${used}`);
  const init: RequestInit = { method, headers, credentials: "omit" };
  if (asking.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(asking.body);
  }
  if (asking.signal) init.signal = asking.signal;
  let answer: Response;
  try {
    answer = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "the service did not answer: is it running, and is the network there?", null);
  }
  if (answer.ok) return answer;
  throw await fault(answer, used);
}

async function fault(answer: Response, used: string | null): Promise<ApiError> {
  const id = answer.headers.get("x-request-id") ?? answer.headers.get("apigw-requestid");
  const body: unknown = await answer.json().catch(() => null);
  const said =
    typeof body === "object" && body !== null && "summary" in body ? String(body.summary) : null;
  const words = said ?? `the service answered ${answer.status} ${answer.statusText}`.trim();
  if (answer.status === 401 && used === token.value) refused(words); // or another has taken its place meanwhile
  return new ApiError(answer.status, words, id);
}

async function json<T>(method: string, path: string, asking: Asking): Promise<Answer<T>> {
  const answer = await send(method, urlOf(path, asking.query), asking);
  const text = await answer.text();
  return { body: (text === "" ? undefined : JSON.parse(text)) as T, headers: answer.headers };
}

export const api = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
    json<T>("GET", path, { query, signal }),
  post: <T>(path: string, body: unknown, query: Query = {}) => json<T>("POST", path, { body, query }),
  put: <T>(path: string, body: unknown) => json<T>("PUT", path, { body }),
  patch: <T>(path: string, body: unknown) => json<T>("PATCH", path, { body }),
  delete: <T>(path: string, query: Query = {}) => json<T>("DELETE", path, { query }),
};
