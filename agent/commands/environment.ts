/** The variables of the process; names that are not set are left out. */
export function environmentOf(variables: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}
