"""One exchange model with real wires. Shares no fee, funding, margin or P&L code with the bot it contradicts."""
