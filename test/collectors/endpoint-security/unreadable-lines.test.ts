import { describe, expect, it } from 'vitest';
import {
  UNREADABLE_ALLOWED,
  UnreadableLines,
} from '../../../collectors/endpoint-security/unreadable-lines.ts';

const WINDOW_MS = 20;

function counted(windowMs = WINDOW_MS): { lines: UnreadableLines; reports: number[] } {
  const reports: number[] = [];
  return { lines: new UnreadableLines((count) => reports.push(count), windowMs), reports };
}

function addTo(lines: UnreadableLines, count: number): void {
  for (let index = 0; index < count; index += 1) lines.add();
}

async function windowOver(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, WINDOW_MS + 5);
  });
}

describe('UnreadableLines', () => {
  it('reports each window with too many once, with the number of that window', async () => {
    const { lines, reports } = counted();
    addTo(lines, UNREADABLE_ALLOWED + 50);
    expect(reports).toEqual([]);
    await windowOver();
    expect(reports).toEqual([150]);
    addTo(lines, UNREADABLE_ALLOWED + 1);
    await windowOver();
    expect(reports).toEqual([150, 101]);
    lines.stop();
    expect(reports).toEqual([150, 101]);
  });

  it('does not add up the lines of quiet windows', async () => {
    const { lines, reports } = counted();
    addTo(lines, UNREADABLE_ALLOWED);
    await windowOver();
    addTo(lines, UNREADABLE_ALLOWED);
    lines.stop();
    expect(reports).toEqual([]);
  });

  it('reports at its stop what the window holds so far', () => {
    const { lines, reports } = counted(60_000);
    addTo(lines, UNREADABLE_ALLOWED + 1);
    lines.stop();
    expect(reports).toEqual([101]);
  });
});
