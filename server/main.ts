/** The service by itself, with settings from the environment alone; people start it by `cli.ts serve`. */
import { serve } from './serve.ts';

await serve(process.env);
