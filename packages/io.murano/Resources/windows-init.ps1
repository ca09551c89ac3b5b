#ps1
# Configures and starts the agent of the application catalog. Runs once, at first boot.
$ErrorActionPreference = 'Stop'
$configuration = @'
%AGENT_CONFIGURATION%
'@
$authorities = @'
%CA_CERTIFICATES%
'@
$name = '%HOST_NAME%'

if ($authorities.Trim()) {
    $file = Join-Path $env:TEMP 'catalog-ca.crt'
    Set-Content -Path $file -Value $authorities -Encoding ASCII
    Import-Certificate -FilePath $file -CertStoreLocation Cert:\LocalMachine\Root | Out-Null
}

Stop-Service -Name 'Murano Agent' -ErrorAction SilentlyContinue
Set-Content -Path 'C:\Murano\Agent\WindowsAgent.exe.config' -Value $configuration -Encoding UTF8
sc.exe config 'Murano Agent' start= delayed-auto | Out-Null

if ($env:COMPUTERNAME -ne $name) {
    Rename-Computer -NewName $name -Force -Restart
} else {
    Start-Service -Name 'Murano Agent'
}
