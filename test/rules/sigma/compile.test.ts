import { describe, expect, it } from 'vitest';
import { ruleText, textMatches } from './rule-text.ts';

describe('compileRule', () => {
  it('lets not be true of an absent field', () => {
    const text = ruleText(['s: {A: 1}', 'f: {B: 2}', 'condition: s and not f']);
    expect(textMatches(text, { A: 1 })).toBe(true);
    expect(textMatches(text, { A: 1, B: 3 })).toBe(true);
    expect(textMatches(text, { A: 1, B: 2 })).toBe(false);
  });

  it('binds or weakest', () => {
    const text = ruleText(['a: {A: 1}', 'b: {B: 1}', 'c: {C: 1}', 'condition: a or b and c']);
    expect(textMatches(text, { A: 1 })).toBe(true);
    expect(textMatches(text, { B: 1 })).toBe(false);
    expect(textMatches(text, { B: 1, C: 1 })).toBe(true);
  });

  it('evaluates quantities over names', () => {
    const parts = ['sel_a: {A: 1}', 'sel_b: {B: 1}', '_x: {X: 1}'];
    const any = ruleText([...parts, 'condition: 1 of sel_*']);
    const all = ruleText([...parts, 'condition: all of them']);
    expect(textMatches(any, { B: 1 })).toBe(true);
    expect(textMatches(any, { X: 1 })).toBe(false);
    expect(textMatches(all, { A: 1 })).toBe(false);
    expect(textMatches(all, { A: 1, B: 1 })).toBe(true);
  });

  it('joins a list of conditions by or', () => {
    const text = ruleText(['a: {A: 1}', 'b: {B: 1}', 'condition: [a, b]']);
    expect(textMatches(text, { B: 1 })).toBe(true);
    expect(textMatches(text, { C: 1 })).toBe(false);
  });
});
