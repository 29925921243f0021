/** docs/cli.md, from the help of every command. */
import { commands } from '../server/doors/cli/commands.ts';
import { helpOfAll, helpOfCommand } from '../server/doors/cli/help.ts';

export function renderCli(): string {
  const parts = commands.map((command) => `## ${command.name}\n\n${fence(helpOfCommand(command))}`);
  return `# Command line

\`npx openai-batch-manager\` where the package is installed, \`node server/cli.ts\` in a checkout. Commands that write go
through the running service's API when there is one; \`keys\`, \`migrate\`, \`reset\`, \`backup\`, \`config\` and \`doctor\` also
work without.

This page is generated from the commands' own help; \`npm run goldens\` writes it.

${fence(helpOfAll())}
${parts.join('\n')}`;
}

function fence(text: string): string {
  return `\`\`\`text\n${text}\`\`\`\n`;
}
