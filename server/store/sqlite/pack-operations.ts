/** The operations that carry many rows cross the threads as columns (see pack-rows.ts); all others as they are. */
import type { ApplyInput, Finding } from '../batches/apply-results.ts';
import type { ClaimBatchesOutput } from '../batches/claim-batches.ts';
import type { ClaimDeliveriesOutput, ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { RecordDeliveriesInput } from '../deliveries/record-deliveries.ts';
import type { Acceptance, AcceptInput, AcceptOutput, Arrival } from '../intake/accept-requests.ts';
import type { WriteName } from '../operations.ts';
import type { BatchRow } from '../rows.ts';
import { type PackedAttempts, packAttempts, unpackAttempts } from './pack-attempts.ts';
import { type PackedRows, packRows, unpackRows } from './pack-rows.ts';

function isAccept(name: WriteName): boolean {
  return name === 'acceptRequests' || name === 'acceptBulk';
}

/** @param transfer takes the buffers that are handed over rather than copied */
export function packInput(name: WriteName, input: unknown, transfer: ArrayBuffer[]): unknown {
  const pack = (rows: PackedRows) => {
    transfer.push(rows.bytes);
    return rows;
  };
  if (isAccept(name)) {
    const { arrivals, ...rest } = input as AcceptInput;
    return { ...rest, arrivals: pack(packRows(arrivals, ['body', 'contentHash'])) };
  }
  if (name === 'applyResults') {
    const { findings, ...rest } = input as ApplyInput;
    return { ...rest, findings: pack(packRows(findings, ['line'])) };
  }
  if (name === 'recordDeliveries') {
    const { attempts, ...rest } = input as RecordDeliveriesInput;
    return { ...rest, attempts: packAttempts(attempts) };
  }
  return input;
}

export function unpackInput(name: WriteName, input: unknown): unknown {
  if (isAccept(name)) {
    const { arrivals, ...rest } = input as { arrivals: PackedRows };
    return { ...rest, arrivals: unpackRows<Arrival>(arrivals) };
  }
  if (name === 'applyResults') {
    const { findings, ...rest } = input as { findings: PackedRows };
    return { ...rest, findings: unpackRows<Finding>(findings) };
  }
  if (name === 'recordDeliveries') {
    const { attempts, ...rest } = input as { attempts: PackedAttempts };
    return { ...rest, attempts: unpackAttempts(attempts) };
  }
  return input;
}

export function packOutput(name: WriteName, output: unknown): unknown {
  if (name === 'claimDeliveries') {
    const { deliveries, ...rest } = output as ClaimDeliveriesOutput;
    return { ...rest, deliveries: packRows(deliveries, []) };
  }
  if (name === 'claimBatches') {
    const { batches, ...rest } = output as ClaimBatchesOutput;
    return { ...rest, batches: packRows(batches, []) };
  }
  if (!isAccept(name)) return output;
  const { acceptances, ...rest } = output as AcceptOutput;
  return { ...rest, acceptances: packRows(acceptances, []) };
}

export function unpackOutput(name: WriteName, output: unknown): unknown {
  if (name === 'claimDeliveries') {
    const { deliveries, ...rest } = output as { deliveries: PackedRows };
    return { ...rest, deliveries: unpackRows<ClaimedDelivery>(deliveries) };
  }
  if (name === 'claimBatches') {
    const { batches, ...rest } = output as { batches: PackedRows };
    return { ...rest, batches: unpackRows<BatchRow>(batches) };
  }
  if (!isAccept(name)) return output;
  const { acceptances, ...rest } = output as { acceptances: PackedRows };
  return { ...rest, acceptances: unpackRows<Acceptance>(acceptances) };
}
