/** What the console reads of TAMS's resources. Source: TAMS 8.2; extensions are marked. */

export type Tags = Readonly<Record<string, string | readonly string[]>>;

export interface Member {
  readonly id: string;
  readonly role?: string;
}

export interface Source {
  readonly id: string;
  readonly format: string;
  readonly label?: string;
  readonly description?: string;
  readonly tags?: Tags;
  readonly created?: string;
  readonly updated?: string;
  readonly created_by?: string;
  readonly source_collection?: readonly Member[];
  readonly collected_by?: readonly string[];
}

export interface Flow {
  readonly id: string;
  readonly source_id: string;
  readonly format: string;
  readonly codec?: string;
  readonly container?: string;
  readonly label?: string;
  readonly description?: string;
  readonly tags?: Tags;
  readonly status?: string;
  readonly read_only?: boolean;
  readonly created?: string;
  readonly metadata_updated?: string;
  readonly segments_updated?: string;
  readonly created_by?: string;
  readonly timerange?: string;
  readonly max_bit_rate?: number;
  readonly avg_bit_rate?: number;
  readonly flow_collection?: readonly Member[];
  readonly collected_by?: readonly string[];
  readonly essence_parameters?: {
    readonly frame_width?: number;
    readonly frame_height?: number;
    readonly frame_rate?: { readonly numerator: number; readonly denominator?: number };
    readonly sample_rate?: number;
    readonly channels?: number;
  };
}

export interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly ts_offset?: string;
  readonly object_timerange?: string;
  readonly init_object?: { readonly object_id: string };
  readonly tags?: Tags;
}

export interface DeletionRequest {
  readonly id: string;
  readonly flow_id: string;
  readonly timerange_to_delete: string;
  readonly timerange_remaining?: string;
  readonly delete_flow: boolean;
  readonly status: "created" | "started" | "done" | "error";
  readonly created?: string;
  readonly created_by?: string;
  readonly updated?: string;
  readonly error?: { readonly summary?: string };
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly status: "created" | "started" | "disabled" | "error";
  readonly error?: { readonly summary?: string; readonly time?: string };
  readonly tags?: Tags;
}

/** An extension. */
export interface BinEntry {
  readonly id: string;
  readonly kind: "flow" | "segments" | "source";
  readonly deletion_id: string;
  readonly flow_id?: string;
  readonly source_id?: string;
  readonly format?: string;
  readonly label?: string;
  readonly timerange?: string;
  readonly segment_count?: number;
  readonly size_bytes?: number;
  readonly deleted_at: string;
  readonly deleted_by?: string;
  readonly kept_until: string;
}

export interface StorageBackend {
  readonly id: string;
  readonly label?: string;
  readonly default_storage?: boolean;
  readonly provider: string;
  readonly store_product: string;
  readonly region?: string;
  readonly tags?: Tags;
}

export interface Service {
  readonly name?: string;
  readonly description?: string;
  readonly api_version: string;
  readonly service_version?: string;
  readonly min_object_timeout?: string;
  readonly min_presigned_url_timeout?: string;
  readonly event_stream_mechanisms?: readonly { readonly name: string }[];
}

export type Kind = "video" | "audio" | "image" | "data" | "multi";

export function kindOf(format: string): Kind {
  const last = format.split(":").at(-1) ?? "";
  return last === "video" || last === "audio" || last === "data" || last === "multi" ? last : "image";
}

export const KINDS: readonly Kind[] = ["video", "audio", "image", "data", "multi"];

/** As the API names it. */
export function formatOf(kind: string): string {
  return kind === "image" ? "urn:x-tam:format:image" : `urn:x-nmos:format:${kind}`;
}

export function nameOf(it: { readonly id: string; readonly label?: string | undefined }): string {
  return it.label ?? it.id.slice(0, 8);
}
