import { type Span, spanOf } from './span.ts';

/** Secrets of a list of words, as they are found, and what is known of the words beside. */
export class Found {
  /** Secrets by the index of their word. */
  readonly spans = new Map<number, Span[]>();
  /** Words in which `name=@file` names a file. */
  readonly filePairs = new Set<number>();
  /** Words whose meaning a table gives, so that they are not judged by the name of the option before them. */
  readonly explained = new Set<number>();
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The part of a word from `start`, to its end unless `end` is given. */
  add(index: number, start: number, end?: number): void {
    const word = this.#words[index];
    if (word === undefined) return;
    this.push(index, spanOf(word, start, end ?? word.length));
  }

  push(index: number, span: Span): void {
    const spans = this.spans.get(index);
    if (spans) spans.push(span);
    else this.spans.set(index, [span]);
  }
}
