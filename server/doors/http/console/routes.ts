/** Everything the console needs of the door: its pages, its sessions, its read models, its live messages. */
import type { Door } from '../door.ts';
import { eventRoutes } from './event-routes.ts';
import { consolePages } from './page-routes.ts';
import { requestByIdRoutes } from './request-by-id.ts';
import { sessionRoutes } from './session-routes.ts';
import { viewRoutes } from './view-routes.ts';

export function consoleRoutes(door: Door): void {
  consolePages(door);
  sessionRoutes(door);
  viewRoutes(door);
  requestByIdRoutes(door);
  eventRoutes(door);
}
