import {
  Ban,
  Box,
  CircleCheck,
  CircleX,
  CloudDownload,
  CloudUpload,
  Cpu,
  Hourglass,
  type LucideIcon,
  PackageCheck,
  PackageOpen,
  Send,
  TimerOff,
} from 'lucide-react';
import type { BatchState } from '../../../core/batch.ts';
import type { RequestState } from '../../../core/request.ts';

export const batchIcons = {
  building: PackageOpen,
  uploading: CloudUpload,
  uploaded: PackageCheck,
  waiting_for_capacity: Hourglass,
  openai_processing: Cpu,
  openai_completed: PackageCheck,
  downloading: CloudDownload,
  ready_to_deliver: Box,
  delivering: Send,
  done: CircleCheck,
  failed: CircleX,
  expired: TimerOff,
  cancelled: Ban,
} as const satisfies Record<BatchState, LucideIcon>;

export const requestIcons = {
  pending: PackageOpen,
  openai_processing: Cpu,
  openai_processed: PackageCheck,
  failed: CircleX,
  expired: TimerOff,
  cancelled: Ban,
  delivering: Send,
  delivered: CircleCheck,
  delivery_failed: CircleX,
} as const satisfies Record<RequestState, LucideIcon>;
