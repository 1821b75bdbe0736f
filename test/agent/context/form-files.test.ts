import { describe, expect, it } from 'vitest';
import { formFiles } from '../../../agent/context/form-files.ts';

describe('a form field of curl', () => {
  it.each<[string, readonly string[]]>([
    ['f=@x.csv', ['x.csv']],
    ['f=<x.csv', ['x.csv']],
    ['=@x.csv', ['x.csv']],
    ['f=@x.csv,y.csv', ['x.csv', 'y.csv']],
    ['f=@x.csv;type=text/csv,y.csv;type=text/csv', ['x.csv', 'y.csv']],
    ['f=@x.csv;filename=a.jpg;type=image/jpeg', ['x.csv']],
    ['f=@x.csv;filename="a,b;c.jpg",y.csv', ['x.csv', 'y.csv']],
    ['f=@"x,1;2.csv"', ['x,1;2.csv']],
    ['f=@"x,1.csv","y;2.csv";type=text/csv', ['x,1.csv', 'y;2.csv']],
    [String.raw`f=@"x\"1\\.csv"`, [String.raw`x"1\.csv`]],
    ['f=@ x.csv ; type=text/csv', ['x.csv']],
    ['f=<x,y.csv', ['x,y.csv']],
    ['f=@-', ['-']],
    ['f=@x.csv;headers=@h.txt', ['x.csv', 'h.txt']],
    ['f=@x.csv;headers="X-A: b"', ['x.csv']],
    ['f=text;headers=<h.txt', ['h.txt']],
    // Without quotes a name ends at the semicolon, whatever follows.
    ['f=@x;1.csv', ['x']],
    ['f=@"x.csv', ['"x.csv']],
  ])('%s sends %j', (field, files) => {
    expect(formFiles(field)).toEqual(files);
  });

  it.each(['f=x.csv', 'f=maria@x.csv', 'f', '@x.csv', '', 'f=@', 'f=@,', 'f="a;headers=@x.csv"'])(
    '%s sends no file',
    (field) => {
      expect(formFiles(field)).toEqual([]);
    },
  );
});
