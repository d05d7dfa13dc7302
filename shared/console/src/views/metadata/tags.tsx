import type { Tags } from "../../api/types.ts";

export interface TagRow {
  readonly name: string;
  /** Several values are written with commas between them. */
  readonly value: string;
  readonly isList: boolean;
}

export function tagRowsOf(tags: Tags | undefined): TagRow[] {
  return Object.entries(tags ?? {}).map(([name, value]) => ({
    name,
    value: [value].flat().join(", "),
    isList: Array.isArray(value),
  }));
}

export function tagsOf(rows: readonly TagRow[]): Tags {
  const named = rows.filter((each) => each.name.trim() !== "");
  return Object.fromEntries(
    named.map(({ name, value, isList }) => [
      name.trim(),
      isList
        ? value
            .split(",")
            .map((each) => each.trim())
            .filter(Boolean)
        : value,
    ]),
  );
}

interface Props {
  readonly rows: readonly TagRow[];
  readonly disabled: boolean;
  readonly change: (rows: readonly TagRow[]) => void;
}

export function TagRows({ rows, disabled, change }: Props) {
  const set = (index: number, to: Partial<TagRow>): void =>
    change(rows.map((each, at) => (at === index ? { ...each, ...to } : each)));
  return (
    <fieldset class="field" disabled={disabled}>
      <legend class="dim">Tags</legend>
      {rows.map((row, index) => (
        <div class="tag-row">
          <input
            class="input"
            aria-label={`Name of tag ${index + 1}`}
            value={row.name}
            onInput={(event) => set(index, { name: event.currentTarget.value })}
          />
          <input
            class="input"
            aria-label={row.isList ? `Values of ${row.name}, with commas` : `Value of ${row.name}`}
            value={row.value}
            onInput={(event) => set(index, { value: event.currentTarget.value })}
          />
          <button
            class="button plain"
            type="button"
            aria-label={`Remove the tag ${row.name}`}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          >
            ✕
          </button>
        </div>
      ))}
      <div>
        <button class="button" type="button" onClick={() => change([...rows, { name: "", value: "", isList: false }])}>
          Add a tag
        </button>
      </div>
    </fieldset>
  );
}
