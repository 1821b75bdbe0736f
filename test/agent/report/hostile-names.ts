/** Names as somebody gives them to files, hosts and processes to be seen as something else. */
export const HOSTILE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</title></style></svg><iframe src="https://evil.example">',
  'a\nb\r\n\tc',
  '\u202Egpj.vsc',
  'nul\u0000byte',
  '\u001B]0;title\u0007\u009B31m',
  '&lt;b&gt;&#60;',
  '/users/<b>/x'.repeat(330),
  'x'.repeat(4000),
  '\uD800 half',
  ']]><!-- -->',
  '',
];
