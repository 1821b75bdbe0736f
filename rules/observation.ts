import type {
  Confidence,
  Coverage,
  Evidence,
  Link,
  PrivilegeLevel,
  Role,
  RoleSource,
  ServiceTier,
  Severity,
  Stage,
  ToolKind,
} from './finding.ts';

/**
 * One new step of a chain as the rules see it (Sigma log source `product: macos, category: data_movement`).
 * The agent computed these facts; what they are worth is decided by the rules alone.
 */
export interface DataMovement {
  /** When the step happened, microseconds since 1970 by the clock of the Mac. */
  readonly timeUs: number;
  readonly stage: Stage;
  readonly link: Link | null;
  readonly evidence: Evidence | null;
  readonly service: string | null;
  readonly serviceTier: ServiceTier | null;
  readonly destination: string | null;
  readonly sanctioned: boolean;
  readonly userRole: Role;
  readonly userRoleSource: RoleSource;
  readonly userPrivilegeLevel: PrivilegeLevel;
  readonly userId: number;
  readonly user: string | null;
  readonly databaseTool: string;
  readonly databaseToolKind: ToolKind;
  readonly coverage: Coverage;
  /** Paths that the data had so far, oldest first. */
  readonly files: readonly string[];
}

/** What the rules say of one observation. `rule` is the Sigma id of the row that decided. */
export interface Verdict {
  /** Level and confidence of the row itself, before any adjustment; they rank two steps of the same stage. */
  readonly row: { readonly severity: Severity; readonly confidence: Confidence };
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The policy keeps silent about this step (for example an ignored role, or an exception). */
  readonly silent: boolean;
  readonly rule: { readonly id: string; readonly title: string };
  /** Ids of the rules that adjusted the row, in the order in which they were applied. */
  readonly adjustments: readonly string[];
  /** Ids of the exceptions that keep the step silent, in file order; empty when none does. */
  readonly exceptions: readonly string[];
}
